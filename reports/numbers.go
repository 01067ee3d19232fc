package reports

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

type integer interface{ ~int | ~int64 | ~uint64 }

// grouped writes n with a comma between thousands: 41,902.
func grouped[N integer](n N) string {
	digits := strconv.FormatInt(int64(n), 10)
	if n > 0 {
		digits = strconv.FormatUint(uint64(n), 10)
	}
	sign := ""
	if digits[0] == '-' {
		sign, digits = "-", digits[1:]
	}
	var b strings.Builder
	b.WriteString(sign)
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return b.String()
}

// plural writes n with its noun: "1 image", "2 images".
func plural[N integer](n N, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return grouped(n) + " " + noun
}

// percent writes a share with two significant digits, so that small shares do not round to nothing.
func percent(share float64) string {
	p := share * 100
	switch {
	case p == 0:
		return "0 %"
	case p >= 99.95:
		return fmt.Sprintf("%.0f %%", p)
	case p >= 1:
		return fmt.Sprintf("%.1f %%", p)
	default:
		return strconv.FormatFloat(p, 'g', 2, 64) + " %"
	}
}

// byteSize writes n in binary units with one decimal: 3.2 MiB.
func byteSize(n uint64) string {
	if n < 1024 {
		return plural(n, "byte")
	}
	size, unit := float64(n)/1024, 0
	for size >= 1023.95 && unit < len("KMGTPE")-1 {
		size, unit = size/1024, unit+1
	}
	return fmt.Sprintf("%.1f %ciB", size, "KMGTPE"[unit])
}

// seconds writes a duration as a person would say it: 20.1 s, 12m30s, 2h3m.
func seconds(s float64) string {
	d := time.Duration(s * float64(time.Second))
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", s)
	case d < time.Hour:
		return d.Round(time.Second).String()
	default:
		return strings.TrimSuffix(d.Round(time.Minute).String(), "0s")
	}
}

package reports

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/lightningdb/lightning-torture/workloads/torture/wording"
)

// percent formats a share between 0 and 1. Small shares keep two significant digits, so that they do not round to zero.
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

// byteSize formats n in binary units with one decimal: 3.2 MiB.
func byteSize(n uint64) string {
	if n < 1024 {
		return wording.Plural(n, "byte")
	}
	size, unit := float64(n)/1024, 0
	for size >= 1023.95 && unit < len("KMGTPE")-1 {
		size, unit = size/1024, unit+1
	}
	return fmt.Sprintf("%.1f %ciB", size, "KMGTPE"[unit])
}

// seconds formats a duration: 20.1 s, 12m30s, 2h3m.
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

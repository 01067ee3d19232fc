package soak

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// size is the value of a flag that is a number of bytes: "512MiB".
type size int64

var units = []struct {
	name  string
	bytes size
}{{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}}

// String returns the size in the largest unit of which it is a multiple.
func (s *size) String() string {
	for _, u := range units {
		if *s != 0 && *s%u.bytes == 0 {
			return fmt.Sprintf("%d%s", *s/u.bytes, u.name)
		}
	}
	return "0"
}

// Set parses a size.
func (s *size) Set(text string) error {
	number, unit := text, size(1)
	for _, u := range units {
		if n, ok := strings.CutSuffix(text, u.name); ok {
			number, unit = n, u.bytes
			break
		}
	}
	n, err := strconv.ParseInt(strings.TrimSpace(number), 10, 64)
	if err != nil || n < 0 || n > int64(1<<50/unit) {
		return errors.New("give a number of bytes, such as 512MiB or 4GiB")
	}
	*s = size(n) * unit
	return nil
}

// Type returns what the value is called in help texts.
func (*size) Type() string { return "BYTES" }

package cmdline

import (
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
)

// Seeds are the flags --seed, --seeds and --sweep, only one of which may be given.
type Seeds struct {
	seed, sweep uint64
	text        string
}

// Add adds the flags.
func (s *Seeds) Add(to *pflag.FlagSet) {
	to.Uint64Var(&s.seed, "seed", 1, "`SEED` of the schedule")
	to.StringVar(&s.text, "seeds", "", "`A..B`: run every seed from A to B, until one fails")
	to.Uint64Var(&s.sweep, "sweep", 0, "run the seeds 1 to `N`, until one fails")
}

// Given reports whether one of the flags was given.
func (s *Seeds) Given(flags *pflag.FlagSet) bool { return s.given(flags) > 0 }

func (s *Seeds) given(flags *pflag.FlagSet) (n int) {
	for _, name := range []string{"seed", "seeds", "sweep"} {
		if flags.Changed(name) {
			n++
		}
	}
	return n
}

// Range returns the first and the last of the seeds that the flags ask for.
func (s *Seeds) Range(flags *pflag.FlagSet) (first, last uint64, err error) {
	switch {
	case s.given(flags) > 1:
		return 0, 0, exit.Usagef("give one of --seed, --seeds and --sweep")
	case flags.Changed("sweep") && s.sweep == 0:
		return 0, 0, exit.Usagef("--sweep is 0; give at least 1")
	case s.sweep > 0:
		return 1, s.sweep, nil
	case !flags.Changed("seeds"):
		return s.seed, s.seed, nil
	}
	from, to, _ := strings.Cut(s.text, "..")
	first, badFirst := strconv.ParseUint(from, 10, 64)
	last, badLast := strconv.ParseUint(to, 10, 64)
	if badFirst != nil || badLast != nil || first > last {
		return 0, 0, exit.Usagef("--seeds is %q; give two numbers, the lower one first, such as 1..300", s.text)
	}
	return first, last, nil
}

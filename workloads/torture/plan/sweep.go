package plan

import (
	"fmt"
	"strings"
)

// SweepName is the scenario that makes every call fail in turn.
const SweepName = "sweep"

// Series is a fault that moves through one small run: it hits the first filesystem call, in the next run the second,
// and so on until there is none left to hit. Nothing is random, so no call is left out between opening the store and
// closing it.
type Series struct {
	Choice
	effect string
	op     string // "any", or the kind of call that the effect applies to
	key    string // the condition of the rule that selects the calls
}

// hitOnce makes only the n-th call fail, hitForGood that call and all later ones.
const (
	hitOnce    = "nth"
	hitForGood = "from"
)

// Sweep returns the series of the sweep: the ways in which the calls of one run fail in turn.
func Sweep() []Series {
	var all []Series
	for _, of := range []struct{ effect, op, text string }{
		{"eio", "any", "fails with EIO"},
		{"eintr", "any", "is interrupted"},
		{"enospc", "any", "finds the disk full"},
		{"short", "write", "stores half of the bytes"},
		{"failed", "sync", "fails with EIO and leaves clean pages"},
	} {
		all = append(
			all,
			Series{Choice{of.effect + " once", "each call in turn " + of.text}, of.effect, of.op, hitOnce},
			Series{Choice{of.effect + " for good", "each call in turn, and all later ones, " + of.text}, of.effect, of.op, hitForGood},
		)
	}
	return all
}

// Rule returns the rule that makes the n-th call fail.
func (s *Series) Rule(n int) string { return fmt.Sprintf("%s %s %s=%d", s.effect, s.op, s.key, n) }

// seriesOf returns the series that a rule belongs to. It names the rule's cell in the matrix.
func seriesOf(rule string) Choice {
	for _, s := range Sweep() {
		if strings.HasPrefix(rule, s.effect+" ") && strings.Contains(rule, " "+s.key+"=") {
			return s.Choice
		}
	}
	return Choice{Name: rule}
}

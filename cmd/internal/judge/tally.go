package judge

import (
	"fmt"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
)

// tally counts files by their verdicts.
type tally struct{ pass, fail, inconclusive, unjudged int }

func (c *tally) add(v checker.Verdict) {
	switch v {
	case checker.Pass:
		c.pass++
	case checker.Fail:
		c.fail++
	case checker.Inconclusive:
		c.inconclusive++
	}
}

func (c *tally) line() string {
	text := fmt.Sprintf("%d files: %d pass, %d fail, %d inconclusive", c.pass+c.fail+c.inconclusive+c.unjudged, c.pass, c.fail, c.inconclusive)
	if c.unjudged > 0 {
		text += fmt.Sprintf(", %d not judged", c.unjudged)
	}
	return text
}

func (c *tally) code() exit.Code {
	switch {
	case c.fail > 0:
		return exit.Violation
	case c.unjudged > 0:
		return exit.BadUsage
	case c.inconclusive > 0:
		return exit.Inconclusive
	}
	return exit.Pass
}

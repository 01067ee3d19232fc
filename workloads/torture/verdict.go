package torture

import (
	"fmt"
	"strings"

	"github.com/lightningdb/lightning-torture/checker"
)

// conclude derives the verdict.
func (r *Result) conclude() {
	for _, c := range r.Cells {
		for _, reason := range c.Reasons {
			r.Reasons = append(r.Reasons, fmt.Sprintf("%s × %s: %s", c.Workload, c.Fault, reason))
		}
	}
	if r.Interrupted {
		r.Reasons = append(r.Reasons, "interrupted before the time was over")
	}
	switch {
	case len(r.Findings) > 0:
		r.Verdict = checker.Fail
	case len(r.Reasons) > 0:
		r.Verdict = checker.Inconclusive
	default:
		r.Verdict = checker.Pass
	}
}

func (t *tally) add(o tally) {
	t.points += o.points
	t.exhaustive += o.exhaustive
	t.sampled += o.sampled
	t.widest = max(t.widest, o.widest)
	t.left += o.left
	t.images += o.images
	t.nested += o.nested
	t.deep += o.deep
	t.cycles += o.cycles
	t.divergences += o.divergences
	t.repeated += o.repeated
	t.hangs += o.hangs
	t.bytesLost += o.bytesLost
	t.spent.add(o.spent)
	t.rotted += o.rotted
}

func firstLines(s string, n int) []string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return lines[:min(n, len(lines))]
}

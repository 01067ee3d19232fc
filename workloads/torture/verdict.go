package torture

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/lightningdb/lightning-torture/checker"
)

// judge says why the runs of a cell prove nothing, if so: a fault that never fired and a crash that never lost a byte
// are the failures that the lab exists to prevent.
func (c *cell) judge() {
	say := func(format string, args ...any) { c.Reasons = append(c.Reasons, fmt.Sprintf(format, args...)) }
	fired := uint64(0)
	for _, n := range c.Injected {
		fired += n
	}
	switch {
	case c.Runs == 0:
		say("it never ran: the time was over")
	case c.Images == 0:
		say("no crash image was recovered")
	case c.needsFault && fired == 0:
		say("its fault was never injected")
	case c.committed == 0:
		say("no commit of a client was acknowledged")
	case c.needsLoss && c.bytesLost == 0:
		say("no crash lost a byte")
	}
	for _, reason := range slices.Sorted(maps.Keys(c.unknown)) {
		say("%s", reason)
	}
}

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
	t.divergences += o.divergences
	t.hangs += o.hangs
	t.bytesLost += o.bytesLost
	t.spent.add(o.spent)
	t.rotted += o.rotted
}

// digest condenses the trace hashes of all runs into one.
func digest(hashes []string) string {
	sum := sha256.Sum256([]byte(strings.Join(hashes, "\n")))
	return hex.EncodeToString(sum[:8])
}

// Version returns the version of the module that the lab was built from.
func Version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

func firstLines(s string, n int) []string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return lines[:min(n, len(lines))]
}

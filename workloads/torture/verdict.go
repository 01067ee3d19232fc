package torture

import (
	"fmt"
	"runtime"

	"github.com/lightningdb/lightning-torture/checker"
)

// conclude derives the verdict.
func (r *Result) conclude() {
	for _, c := range r.Cells {
		for _, reason := range c.Reasons {
			r.Reasons = append(r.Reasons, fmt.Sprintf("%s × %s: %s", c.Workload, c.Fault, reason))
		}
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

func provenance() Provenance {
	return Provenance{Tool: Version(), GoVersion: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH, CPUs: runtime.NumCPU()}
}

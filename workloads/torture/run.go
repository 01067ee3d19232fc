package torture

import (
	"testing"
	"time"
)

// Run is Check inside a test: it tortures target, logs the seed, and fails the test for every finding, with the line
// that replays it. An inconclusive result fails the test too. With the zero Options it takes about five seconds, one
// with -short.
func Run(tb testing.TB, target Target, opts Options) *Result {
	tb.Helper()
	if opts.For == 0 && opts.Rounds == 0 && opts.Scenario == "" {
		opts.For = 5 * time.Second
		if testing.Short() {
			opts.Rounds, opts.For = 1, 0
			opts.Ops, opts.Keys = 8, 4
		}
	}
	result, err := Check(tb.Context(), target, opts)
	if err != nil {
		tb.Fatalf("torture: %v", err)
	}
	tb.Logf("torture: %s: %d images of %d crash points, seed %d", result.Verdict, result.Images, result.CrashPoints, result.Seed)
	for _, f := range result.Findings {
		tb.Errorf("%s × %s: %s\n  replay   %s", f.Workload, f.Fault, f.Sentence, replayLine(f.Token))
	}
	for _, reason := range result.Reasons {
		tb.Errorf("torture: inconclusive: %s", reason)
	}
	return result
}

package torture

import (
	"errors"
	"flag"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/torture/apart"
)

// Run is Check inside a test: it tortures target, logs the seed, and fails the test for every finding, with the line
// that replays it. An inconclusive result fails the test too. With the zero Options it takes about five seconds, one
// with -short.
//
// An engine that ends the process, by a panic in one of its goroutines or by os.Exit, is a finding like any other: on Linux
// the work is done in a child process. Run starts the test binary again with the name of this test. There the test function
// runs up to this call, so what it does before it happens twice, and what the target does to variables of the test is not seen
// here. Options.InProcess switches that off. So do Options.Progress and Options.Running, whose calls would be missed, and
// benchmarks, fuzz tests and tests that measure coverage or write a profile.
func Run(tb testing.TB, target Target, opts Options) *Result {
	tb.Helper()
	if opts.For == 0 && opts.Rounds == 0 && opts.Scenario == "" {
		opts.For = 5 * time.Second
		if testing.Short() {
			opts.Rounds, opts.For = 1, 0
			opts.Ops, opts.Keys = 8, 4
		}
	}
	result, err := checkFor(tb, target, opts)
	if err != nil {
		tb.Fatalf("torture: %v", err)
	}
	tb.Logf("torture: %s: %d images of %d crash points, seed %d", result.Verdict, result.Images, result.CrashPoints, result.Seed)
	for _, f := range result.Findings {
		tb.Errorf("%s × %s: %s\n  replay   %s", f.Workload, f.Fault, f.Sentence, replayLine(f.Token))
	}
	for _, reason := range result.Reasons {
		if result.Verdict == checker.Inconclusive {
			tb.Errorf("torture: inconclusive: %s", reason)
		} else {
			tb.Logf("torture: %s", reason)
		}
	}
	return result
}

// checkFor is Check for a test, in a process of its own if that is possible.
func checkFor(tb testing.TB, target Target, opts Options) (*Result, error) {
	tb.Helper()
	t, isTest := tb.(*testing.T)
	if !isTest || !leaves(t, &opts) {
		return Check(tb.Context(), target, opts)
	}
	here := nextCall(t)
	if child := apart.Inside(); child != nil {
		return checkInChild(t, child, here, target, opts), nil
	}
	result, err := checkApart(t, here, target, opts)
	if errors.Is(err, errNoChild) {
		saidOnce.Do(func() { t.Logf("%v; the engine runs in the process of the test, and ends it if it dies", err) })
		result, err = Check(t.Context(), target, opts)
	}
	if err == nil {
		noteCall(here, result)
	}
	return result, err
}

var saidOnce sync.Once

// leaves reports whether the work of a test may be done in another process.
func leaves(t *testing.T, opts *Options) bool {
	if !apart.Possible || opts.InProcess || opts.Progress != nil || opts.Running != nil || testing.CoverMode() != "" ||
		strings.HasPrefix(t.Name(), "Fuzz") {
		return false
	}
	for _, name := range []string{"test.cpuprofile", "test.memprofile", "test.blockprofile", "test.mutexprofile", "test.trace"} {
		if f := flag.Lookup(name); f == nil || f.Value.String() != "" {
			return false // it is no test binary, or the profile would be that of a process that does nothing
		}
	}
	return true
}

// calls are the calls of Run that tests have made.
var calls struct {
	sync.Mutex
	made     map[*testing.T]int
	returned map[string][]*Result // by test
}

// nextCall numbers the calls of a test.
func nextCall(t *testing.T) testCall {
	t.Helper()
	calls.Lock()
	defer calls.Unlock()
	if calls.made == nil {
		calls.made, calls.returned = map[*testing.T]int{}, map[string][]*Result{}
	}
	n := calls.made[t]
	if n == 0 {
		delete(calls.returned, t.Name()) // it may have run before, as with -count
		t.Cleanup(func() {
			calls.Lock()
			defer calls.Unlock()
			delete(calls.made, t)
		})
	}
	calls.made[t] = n + 1
	return testCall{t.Name(), n}
}

// noteCall keeps what a call has returned.
func noteCall(c testCall, r *Result) {
	calls.Lock()
	defer calls.Unlock()
	if len(calls.returned[c.Test]) == c.N {
		calls.returned[c.Test] = append(calls.returned[c.Test], r)
	}
}

// earlierCalls returns what calls of a test and of those around it have returned so far.
func earlierCalls(test string) map[string][]*Result {
	calls.Lock()
	defer calls.Unlock()
	earlier := map[string][]*Result{}
	for name, results := range calls.returned {
		if test == name || strings.HasPrefix(test, name+"/") {
			earlier[name] = results
		}
	}
	return earlier
}

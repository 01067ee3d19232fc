package torture

import (
	"errors"
	"flag"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/torture/evidence"
	"github.com/lightningdb/lightning-torture/workloads/torture/gotest"
	"github.com/lightningdb/lightning-torture/workloads/torture/wording"
)

// ReplayVariable is the environment variable that makes Run replay a failure. Its value is a token, or the path of a
// saved finding relative to the directory of the package or to the root of the module.
const ReplayVariable = "TORTURE_REPLAY"

// prefix is put in front of a token to say which call of Run is meant; it is empty for the first call of a test.
func (c testCall) prefix() string {
	if c.N == 0 {
		return ""
	}
	return strconv.Itoa(c.N) + ":"
}

// callOf splits off the number of the call of Run from a token.
func callOf(text string) (n int, token string) {
	if before, after, found := strings.Cut(text, ":"); found {
		if n, err := strconv.Atoi(before); err == nil && n > 0 {
			return n, after
		}
	}
	return 0, text
}

// replayHere is Run when ReplayVariable is set.
func replayHere(tb testing.TB, here testCall, target Target, opts Options, text string) *Result {
	tb.Helper()
	n, what := callOf(text)
	if here.N < n {
		tb.Logf("torture: %s is for a later call of Run in this test", ReplayVariable)
		return untouched(target)
	}
	r, err := replayFor(tb, here, target, opts, what)
	switch exactly := flag.Lookup("test.run"); {
	case errors.Is(err, evidence.ErrOtherTarget) && n == 0 && (exactly == nil || exactly.Value.String() != gotest.Pattern(here.Test)):
		tb.Skipf("torture: nothing to replay here: %v", err)
	case err != nil:
		tb.Fatalf("torture: %s: %v", ReplayVariable, err)
	case !r.Reproduced:
		tb.Logf("torture: not reproduced in %s %s", wording.Plural(r.Attempts, "attempt"), r.Diverged)
		return untouched(target)
	}
	result := untouched(target)
	result.Verdict, result.Runs = checker.Fail, r.Attempts
	if f := r.Finding; f != nil {
		result.Findings = append(result.Findings, *f)
		text := asPrinted(here, *f)
		if r.Recorded {
			text += "\n    note     " + wording.Recorded
		}
		tb.Errorf("torture: reproduced in %d of %s\n%s", r.Hits, wording.Plural(r.Attempts, "attempt"), text)
	}
	return result
}

// replayFor is Replay for a test, in a child process if possible.
func replayFor(tb testing.TB, here testCall, target Target, opts Options, what string) (*ReplayResult, error) {
	tb.Helper()
	home := gotest.Here()
	r := testReplay{What: what, Attempts: 1, Dir: home.Abs(opts.Dir)}
	if opts.Dir == "" {
		r.Dir = keepDir(here.Test)
	}
	if _, isToken := evidence.IsToken(what); !isToken {
		file, ok := home.Find(what)
		if !ok {
			return nil, fmt.Errorf("%w %q: neither a token (%s...) nor a file in %s or in the root of its module",
				ErrBadToken, what, evidence.TokenPrefix, home.Dir)
		}
		r.What = file
	}
	if t, isTest := tb.(*testing.T); isTest && leaves(t, &opts) {
		result, err := replayApart(t, here, target, r)
		if !errors.Is(err, errNoChild) {
			return result, err
		}
		sayNoChild(tb, err)
	}
	return Replay(tb.Context(), []Target{target}, r.What, ReplayOptions{Attempts: r.Attempts, Dir: r.Dir, Patience: opts.Patience})
}

// untouched is the result of a call of Run that does not torture anything.
func untouched(target Target) *Result {
	return &Result{
		Version: 1, Verdict: checker.Pass, Engine: target.Name, FaultsInjected: map[string]uint64{}, Findings: []Finding{},
		Cells: []Cell{}, Profiles: map[string]ProfileCount{}, Goals: []GoalCount{}, Provenance: provenance(),
	}
}

package torture

import (
	"strings"
	"sync"
	"testing"

	"github.com/lightningdb/lightning-torture/workloads/torture/evidence"
	"github.com/lightningdb/lightning-torture/workloads/torture/gotest"
)

// testCall identifies a call of Run.
type testCall struct {
	Test string `json:"test"` // the name of the test
	N    int    `json:"n"`    // how many calls of Run the test made before this one
}

// caller returns what the test of a finding needs to repeat this call, or nil if the test function is not in the
// package.
func (c testCall) caller() *evidence.Caller {
	function, sub, _ := strings.Cut(c.Test, "/")
	name, ok := gotest.Declares(gotest.Here().Dir, function)
	if !ok {
		return nil
	}
	return &evidence.Caller{Package: name, Test: function, Subtest: sub, Call: c.N}
}

// calls are the calls of Run that tests have made so far.
var calls struct {
	sync.Mutex
	made     map[testing.TB]int
	returned map[string][]*Result // by test
}

// nextCall numbers the calls of a test.
func nextCall(t testing.TB) testCall {
	t.Helper()
	calls.Lock()
	defer calls.Unlock()
	if calls.made == nil {
		calls.made, calls.returned = map[testing.TB]int{}, map[string][]*Result{}
	}
	n := calls.made[t]
	if n == 0 {
		delete(calls.returned, t.Name()) // the test may have run before, as with -count
		t.Cleanup(func() {
			calls.Lock()
			defer calls.Unlock()
			delete(calls.made, t)
		})
	}
	calls.made[t] = n + 1
	return testCall{t.Name(), n}
}

// noteCall keeps the result of a call.
func noteCall(c testCall, r *Result) {
	calls.Lock()
	defer calls.Unlock()
	if len(calls.returned[c.Test]) == c.N {
		calls.returned[c.Test] = append(calls.returned[c.Test], r)
	}
}

// earlierCalls returns the results so far of a test's calls, and of the calls of the tests around it.
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

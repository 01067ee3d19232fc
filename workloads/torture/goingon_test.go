package torture

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
)

// After a failed write the toy refuses everything, which breaks a promise to recover from a transient fault.
func TestAStoreThatPromisesToContinueAfterAFaultMust(t *testing.T) {
	sameRaces(t)
	t.Parallel()
	o := toyOptions("enospc write nth=4")
	o.Rounds, o.Workloads = 1, []string{"register"}
	target := toy.Target(toy.Correct)
	for _, c := range []struct {
		promise []TransientFault
		want    checker.Verdict
	}{
		{nil, checker.Pass},
		{[]TransientFault{{Fault: "eio write"}}, checker.Pass},
		{[]TransientFault{{Fault: "enospc write", Within: 1000}}, checker.Pass},
		{[]TransientFault{{Fault: "eio write"}, {Fault: "enospc write", Within: 2}}, checker.Fail},
		{[]TransientFault{{Fault: "enospc write *"}}, checker.Fail},
		{[]TransientFault{{Fault: "enospc write nothing.*"}}, checker.Pass},
	} {
		target.Promises.RecoversAfterTransientFault = c.promise
		r, err := Check(t.Context(), target, o)
		require.NoError(t, err)
		require.Equal(t, c.want, r.Verdict, "%v: %v %+v", c.promise, r.Reasons, r.Findings)
		if c.want == checker.Fail {
			require.Len(t, r.Findings, 1)
			assert.Equal(t, "errors: does not go on", r.Findings[0].Class)
			again, err := Replay(t.Context(), []Target{target}, r.Findings[0].Token, ReplayOptions{})
			require.NoError(t, err)
			assert.True(t, again.Reproduced)
		}
	}
}

package torture

import (
	"errors"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
)

// If a store does not open at all, its author gets the reason, once and immediately.
func TestAStoreThatDoesNotOpenIsOneFinding(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		open func(Env) (workloads.Store, error)
		want string
	}{
		"an error":                     {func(Env) (workloads.Store, error) { return nil, errors.New("not yet written") }, "open: not yet written"},
		"neither a store nor an error": {func(Env) (workloads.Store, error) { return nil, nil }, "neither a store nor an error"}, //nolint:nilnil // that is the point
		"a panic":                      {func(Env) (workloads.Store, error) { panic("not yet written") }, "The engine panicked: not yet written"},
		"a store that lacks a function": {
			func(Env) (workloads.Store, error) { return workloads.Plain{}.Store(), nil }, "The engine panicked: workloads: Plain has no Get",
		},
		"the end of the goroutine": {
			func(Env) (workloads.Store, error) {
				runtime.Goexit()
				return nil, errors.New("not reached")
			},
			"ended the goroutine that called it",
		},
	} {
		target := toy.Target(toy.Correct)
		target.Open = c.open
		for _, clients := range []int{1, 0} {
			r, err := Check(t.Context(), target, Options{Clients: clients})
			require.NoError(t, err, name)
			require.Equal(t, checker.Fail, r.Verdict, name)
			require.Len(t, r.Findings, 1, name)
			assert.Contains(t, r.Findings[0].Sentence, c.want, name)
			assert.Equal(t, []string{"nothing else was tried: the store does not open"}, r.Reasons, name)
			again, err := Replay(t.Context(), []Target{target}, r.Findings[0].Token, ReplayOptions{})
			require.NoError(t, err, name)
			assert.True(t, again.Reproduced, name)
		}
	}
}

// An engine that ends its caller's goroutine, as a test assertion does, is not reported as a hang.
func TestAnEngineThatEndsItsCallersGoroutineIsReported(t *testing.T) {
	t.Parallel()
	for _, clients := range []int{1, 3} {
		target := hostileTarget(func(h *hostile, recovered bool) error {
			h.apply = func(n int) error {
				if n == 5 && !recovered {
					runtime.Goexit()
				}
				return nil
			}
			return nil
		})
		o := toyOptions("power")
		o.Rounds, o.Clients, o.StopAfter = 1, clients, 1
		r, err := Check(t.Context(), target, o)
		require.NoError(t, err)
		require.Equal(t, checker.Fail, r.Verdict, "%v", r.Reasons)
		require.Len(t, r.Findings, 1)
		assert.Contains(t, r.Findings[0].Sentence, "ended the goroutine that called it, by runtime.Goexit")
	}
}

package stage_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/program/stage"
)

func TestMain(m *testing.M) {
	stage.Main(
		stage.Job{Name: "count", Do: func(_ context.Context, request json.RawMessage, dir string, emit func(any) error) error {
			var n int
			if err := json.Unmarshal(request, &n); err != nil {
				return err
			}
			for i := range n {
				if err := emit(i); err != nil {
					return err
				}
			}
			return os.WriteFile(dir+"/scratch", nil, 0o600)
		}},
		stage.Job{Name: "refuse", Do: func(context.Context, json.RawMessage, string, func(any) error) error { return errors.New("it refuses") }},
		stage.Job{Name: "die", Do: func(context.Context, json.RawMessage, string, func(any) error) error { os.Exit(0); return nil }},
		stage.Job{Name: "wait", Do: func(ctx context.Context, _ json.RawMessage, _ string, emit func(any) error) error {
			if err := emit("begun"); err != nil {
				return err
			}
			<-ctx.Done()
			return emit("what it had")
		}},
	)
	os.Exit(m.Run())
}

// run runs a job and returns what it emitted.
func run(ctx context.Context, t *testing.T, job string, request any, event func(string)) error {
	t.Helper()
	if err := stage.Possible(ctx); err != nil {
		t.Skip(err)
	}
	return stage.Run(ctx, job, request, func(text json.RawMessage) error {
		event(string(text))
		return nil
	})
}

func TestAJobEmitsInOrderAndReturns(t *testing.T) {
	t.Parallel()
	var all []string
	require.NoError(t, run(t.Context(), t, "count", 3, func(s string) { all = append(all, s) }))
	assert.Equal(t, []string{"0", "1", "2"}, all)
}

func TestRunReportsFailuresOfTheStage(t *testing.T) {
	t.Parallel()
	none := func(string) {}
	require.ErrorContains(t, run(t.Context(), t, "refuse", nil, none), "it refuses")
	require.ErrorContains(t, run(t.Context(), t, "unknown", nil, none), `no job is called "unknown"`)
	require.ErrorIs(t, run(t.Context(), t, "die", nil, none), stage.ErrKilled)
}

func TestACanceledJobEmitsWhatItHas(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var all []string
	err := run(ctx, t, "wait", nil, func(s string) {
		all = append(all, s)
		cancel()
	})
	require.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, []string{`"begun"`, `"what it had"`}, all)
}

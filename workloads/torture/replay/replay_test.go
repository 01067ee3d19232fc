package replay

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/evidence"
	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

func TestSavedEvidenceReplaysItsVeryImage(t *testing.T) {
	t.Parallel()
	p, err := plan.Resolve(plan.Spec{
		Workload: "kv", Fault: "power", Profile: "posix-min", Seed: 2, Size: workloads.Size{Clients: 1, Ops: 12, Keys: 4, ValueBytes: 100},
	})
	require.NoError(t, err)
	target := toy.Target(toy.NoChecksum)
	s := explore.NewSubject(target, record.Run(t.Context(), target, p, record.DefaultPatience), record.DefaultPatience)
	nested, all := 0, 0
	for _, f := range explore.Explore(t.Context(), explore.NewRequest(s)).Failures {
		file := filepath.Join(t.TempDir(), "saved"+evidence.Ext)
		saved := evidence.New(target.Name, s.Recording, &f, evidence.NewFinding(t.Context(), s, &f))
		require.NoError(t, saved.Save(file))
		_, err := fromFile(nil, file)
		require.ErrorIs(t, err, evidence.ErrOtherTarget)
		require.ErrorContains(t, err, "replay it in the test of that engine, with TORTURE_REPLAY="+file+" go test, or ")
		w, err := fromFile([]contract.Target{target}, file)
		require.NoError(t, err)
		r, err := w.saved.Recording()
		require.NoError(t, err)
		again := explore.NewSubject(target, r, record.DefaultPatience)
		found := w.crash(t.Context(), again)
		require.True(t, w.sees(found), f.Sentence)
		most := 1
		if f.Nested != nil {
			most, nested = 3, nested+1 // before it, and once as if the first crash had left it for good
		}
		assert.LessOrEqual(t, found.Tally.Images, most, f.Sentence)
		req := explore.NewRequest(again)
		req.Ticks = [][]uint64{{w.at.Tick}}
		all = max(all, explore.Explore(t.Context(), req).Tally.Images)
	}
	require.Positive(t, nested, "at least one finding needs a crash during recovery")
	require.Greater(t, all, 3, "some crash points have many images")
}

// Each replay of a hang takes the whole patience, so there are fewer of them than asked for, but at least two.
func TestAHangIsReplayedFewerTimes(t *testing.T) {
	t.Parallel()
	const patience = 500 * time.Millisecond
	target := toy.Target(toy.Correct)
	never := make(chan struct{})
	target.Open = func(env contract.Env) (workloads.Store, error) {
		if _, err := env.FS.Stat("begun"); err == nil {
			<-never
		}
		if err := env.FS.Mkdir("begun", 0o777); err != nil {
			return nil, err
		}
		return toy.Open(env, toy.Correct)
	}
	p, err := plan.Resolve(plan.Spec{
		Workload: "kv", Fault: "power", Profile: "lose-none", Seed: 2, Size: workloads.Size{Clients: 1, Ops: 4, Keys: 2, ValueBytes: 100},
	})
	require.NoError(t, err)
	s := explore.NewSubject(target, record.Watched(t.Context(), target, p, record.DefaultPatience, nil), patience)
	ticks := s.Recording.CrashTicks()
	req := explore.NewRequest(s)
	req.Ticks = [][]uint64{ticks[len(ticks)-1:]}
	failures := explore.Explore(t.Context(), req).Failures
	require.NotEmpty(t, failures)
	require.Equal(t, "hang", failures[0].Class)
	file := filepath.Join(t.TempDir(), "saved"+evidence.Ext)
	require.NoError(t, evidence.New(target.Name, s.Recording, &failures[0], evidence.NewFinding(t.Context(), s, &failures[0])).Save(file))
	for _, row := range []struct {
		most   time.Duration
		asked  int
		want   int
		enough string
	}{
		{patience, 20, 2, "2 of 20 attempts were made, because each waits 500ms for a call that does not return"},
		{3 * patience, 20, 3, "3 of 20 attempts were made, because each waits 500ms for a call that does not return"},
		{patience, 2, 2, ""},
		{patience, 1, 1, ""},
	} {
		r, err := Replay(t.Context(), []contract.Target{target}, file, Options{Attempts: row.asked, Patience: patience, waitMost: row.most})
		require.NoError(t, err)
		require.Equal(t, row.want, r.Attempts)
		require.Equal(t, row.want, r.Hits)
		require.Equal(t, row.enough, r.Enough)
	}
}

// A run in which the engine works in the background cannot be repeated from its script alone. Its token repeats the
// evidence, as it does with several clients. A token of any other run records a new run, which passes once the bug is
// fixed.
func TestATokenRepeatsTheEvidenceIfTheEngineHasGoroutines(t *testing.T) {
	t.Parallel()
	for _, background := range []bool{true, false} {
		runs := 0
		target := toy.Target(toy.NoFileSync)
		target.Open = func(env contract.Env) (workloads.Store, error) {
			if _, err := env.FS.Stat("noise"); err != nil {
				runs++
				done := make(chan error, 1)
				write := func() { done <- errors.Join(env.FS.Mkdir("noise", 0o777), noise(env, runs)) }
				if background {
					go write()
				} else {
					write()
				}
				if err := <-done; err != nil {
					return nil, err
				}
			}
			return toy.Open(env, toy.NoFileSync)
		}
		p, err := plan.Resolve(plan.Spec{
			Workload: "kv", Fault: "power", Profile: "posix-min", Seed: 2, Size: workloads.Size{Clients: 1, Ops: 4, Keys: 2, ValueBytes: 100},
		})
		require.NoError(t, err)
		s := explore.NewSubject(target, record.Run(t.Context(), target, p, record.DefaultPatience), record.DefaultPatience)
		ticks := s.Recording.CrashTicks()
		req := explore.NewRequest(s)
		req.Ticks = [][]uint64{ticks[len(ticks)-3:]}
		failures := explore.Explore(t.Context(), req).Failures
		require.NotEmpty(t, failures)
		dir := t.TempDir()
		saved := evidence.New(target.Name, s.Recording, &failures[0], evidence.NewFinding(t.Context(), s, &failures[0]))
		require.Equal(t, background, saved.Background)
		require.NoError(t, os.Mkdir(filepath.Join(dir, "findings"), 0o777))
		require.NoError(t, saved.Save(filepath.Join(dir, "findings", "saved"+evidence.Ext)))
		r, err := Replay(t.Context(), []contract.Target{target}, saved.Finding.Token, Options{Dir: dir})
		require.NoError(t, err)
		require.Equal(t, background, r.Reproduced, r.Diverged)
		require.Equal(t, background, r.Recorded)
	}
}

// noise makes changes on the disk in every run but the first, so that none of them repeats the first one.
func noise(env contract.Env, runs int) error {
	for i := range 20 * min(runs-1, 1) {
		if err := env.FS.Mkdir(fmt.Sprintf("noise/%d", i), 0o777); err != nil {
			return err
		}
		dir, err := env.FS.Open("noise")
		if err != nil {
			return err
		}
		if err := errors.Join(dir.Sync(), dir.Close()); err != nil {
			return err
		}
	}
	return nil
}

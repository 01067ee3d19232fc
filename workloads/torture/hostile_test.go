package torture

import (
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/evidence"
	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
)

// hostile is a toy store that misbehaves in ways that do not depend on the crash image.
type hostile struct {
	*toy.Store
	apply   func(n int) error // called before the n-th Apply since Open
	get     func(key []byte) bool
	applied atomic.Int64
}

func (h *hostile) Apply(writes []history.Write, d history.Durability) error {
	if n := int(h.applied.Add(1)); h.apply != nil {
		if err := h.apply(n); err != nil {
			return err
		}
	}
	return h.Store.Apply(writes, d)
}

func (h *hostile) Get(key []byte) ([]byte, bool, error) {
	if h.get != nil && !h.get(key) {
		return nil, false, nil
	}
	return h.Store.Get(key)
}

// hostileTarget opens toys and lets spoil change their behaviour. recovered says whether the store existed before, in which
// case spoil may look at what was recovered.
func hostileTarget(spoil func(h *hostile, recovered bool) error) Target {
	t := toy.Target(toy.Correct)
	t.Open = func(env Env) (workloads.Store, error) {
		_, err := env.FS.Stat(env.Dir)
		s, opened := toy.Open(env, toy.Correct)
		if opened != nil {
			return nil, opened
		}
		h := &hostile{Store: s}
		return h, spoil(h, err == nil)
	}
	return t
}

// never blocks for as long as the test process lives.
func never(int) error { select {} }

func TestTheLabFindsBugsThatNoImageShows(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, class string
		spoil       func(h *hostile, recovered bool) error
		live        bool
	}{
		{"a recovered store refuses writes", "unexpected error", func(h *hostile, recovered bool) error {
			if recovered {
				h.apply = func(int) error { return errors.New("read-only") }
			}
			return nil
		}, false},
		{"a recovered store finds no single key", "get disagrees with scan", func(h *hostile, recovered bool) error {
			if recovered {
				h.get = func([]byte) bool { return false }
			}
			return nil
		}, false},
		{"recovery hangs", "hang", func(h *hostile, recovered bool) error {
			if recovered && h.Len() > 1 {
				return never(0)
			}
			return nil
		}, false},
		{"a recovered store hangs", "hang", func(h *hostile, recovered bool) error {
			if recovered {
				h.apply = never
			}
			return nil
		}, false},
		{"a commit hangs", "hang", func(h *hostile, _ bool) error {
			h.apply = func(n int) error {
				if n == 5 {
					return never(0)
				}
				return nil
			}
			return nil
		}, true},
		{"a healthy store refuses commits", "errors: unexpected error", func(h *hostile, _ bool) error {
			h.apply = func(n int) error {
				if n >= 5 {
					return workloads.ErrRefused
				}
				return nil
			}
			return nil
		}, true},
		{"a commit panics", "panic", func(h *hostile, recovered bool) error {
			h.apply = func(n int) error {
				if n == 5 && !recovered {
					panic("toy: the fifth")
				}
				return nil
			}
			return nil
		}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel() // the cases that hang take no CPU
			target := hostileTarget(c.spoil)
			o := toyOptions("power")
			o.Rounds, o.Dir = 1, t.TempDir()
			if c.class == "hang" {
				o.Patience = time.Second // enough that a store on a busy machine does not seem to hang
			}
			r, err := Check(t.Context(), target, o)
			require.NoError(t, err)
			require.Equal(t, checker.Fail, r.Verdict, "%v", r.Reasons)
			findings := slices.DeleteFunc(r.Findings, func(f Finding) bool { // ignore the further finding that it also fails when reopened
				return strings.HasPrefix(f.Sentence, "In many rounds and sessions")
			})
			require.Len(t, findings, 1)
			f := findings[0]
			assert.Equal(t, c.class, f.Class)
			assert.Equal(t, c.live, f.CrashTick == 0)
			assert.True(t, f.Steady(), f.Sentence)
			for _, from := range []string{f.Token, f.File} {
				again, err := Replay(t.Context(), []Target{target}, from, ReplayOptions{Patience: o.Patience})
				require.NoError(t, err)
				assert.True(t, again.Reproduced, "%s: %s", from, f.Sentence)
			}
		})
	}
}

func TestLostCommitsDoNotCountAsRecovered(t *testing.T) {
	sameRaces(t)
	for _, bug := range []toy.Bug{toy.Panics, toy.NoFileSync} {
		r := check(t, bug, toyOptions("power"))
		require.Equal(t, checker.Fail, r.Verdict)
		assert.Positive(t, r.AckedSynced)
		assert.Less(t, r.Recovered, r.AckedSynced)
	}
}

func TestOneRoundOfEveryFaultSuffices(t *testing.T) {
	sameRaces(t)
	for seed := range uint64(scope(3, 3, 20)) {
		o := toyOptions("failed-fsync", "eio", "enospc", "short-write", "lost-fsync", "bitrot", "killed")
		o.Rounds, o.Seed = 1, 1+seed
		r := check(t, toy.Correct, o)
		assert.Equal(t, checker.Pass, r.Verdict, "%v %+v", r.Reasons, r.Findings)
	}
}

func TestWithoutPromisesThereIsNoFinding(t *testing.T) {
	sameRaces(t)
	weak := toy.Target(toy.NoFileSync)
	weak.Promises.SyncSurvivesPowerCut = false
	o := toyOptions("power")
	o.Rounds = 1
	r, err := Check(t.Context(), weak, o)
	require.NoError(t, err)
	assert.Equal(t, checker.Pass, r.Verdict, "%v %+v", r.Reasons, r.Findings)

	split := toy.Target(toy.SplitBatch)
	split.Promises.AtomicBatch, split.Promises.LossIsSuffix = false, false
	o.Workloads = []string{"bank"}
	r, err = Check(t.Context(), split, o)
	require.NoError(t, err)
	assert.Empty(t, r.Findings)
	require.Equal(t, checker.Inconclusive, r.Verdict)
	assert.Contains(t, r.Reasons[0], "no commit of a client was acknowledged", "the toy has no transactions")
}

func TestNothingIsClaimedIfRecoveriesDoNotRepeat(t *testing.T) {
	var opened atomic.Int64
	o := toyOptions("power")
	o.Workers, o.Rounds, o.Workloads = 1, 1, []string{"kv"}
	steady := check(t, toy.Correct, o)
	require.Zero(t, steady.Divergences)
	target := toy.Target(toy.Correct)
	target.Open = func(env Env) (workloads.Store, error) {
		if log, err := env.FS.Open(env.Dir + "/log"); err == nil {
			if opened.Add(1)%2 == 0 {
				err = readLastByte(log)
			}
			if err := errors.Join(err, log.Close()); err != nil {
				return nil, err
			}
		}
		return toy.Open(env, toy.Correct)
	}
	r, err := Check(t.Context(), target, o)
	require.NoError(t, err)
	assert.Positive(t, r.DecidedPoints)
	assert.LessOrEqual(t, r.ExhaustivePoints, r.DecidedPoints)
	assert.Equal(t, r.CrashPoints, r.ExhaustivePoints+r.BoundedPoints+r.SampledPoints)
}

func readLastByte(f afero.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if _, err := f.ReadAt(make([]byte, 1), max(0, info.Size()-1)); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}

// A store that syncs only in every other recovery reads the same disk and changes it differently.
func TestARecoveryThatWritesDifferentlyTheSecondTimeIsNoticed(t *testing.T) {
	sameRaces(t)
	var opened atomic.Int64
	o := toyOptions("power")
	o.Workers, o.Rounds, o.Workloads = 1, 1, []string{"kv"}
	steady := check(t, toy.Correct, o)
	require.Greater(t, steady.RepeatedImages, steady.Images/100)
	target := toy.Target(toy.Correct)
	target.Open = func(env Env) (workloads.Store, error) {
		if dir, err := env.FS.Open(env.Dir); err == nil {
			if opened.Add(1)%2 == 0 {
				err = dir.Sync()
			}
			if err := errors.Join(err, dir.Close()); err != nil {
				return nil, err
			}
		}
		return toy.Open(env, toy.Correct)
	}
	r, err := Check(t.Context(), target, o)
	require.NoError(t, err)
	assert.Positive(t, r.DecidedPoints)
	assert.Equal(t, checker.Pass, r.Verdict, "%v %+v", r.Reasons, r.Findings)
}

func TestTwoContentsOfOneDiskAreAFinding(t *testing.T) {
	sameRaces(t)
	target := toy.Target(toy.Fickle)
	target.Promises = Promises{} // it is a finding even if nothing is promised
	o := toyOptions("power")
	o.Workloads, o.NoShrink, o.Workers = []string{"kv"}, true, 1
	r, err := Check(t.Context(), target, o)
	require.NoError(t, err)
	require.Equal(t, checker.Fail, r.Verdict, "%v", r.Reasons)
	require.Len(t, r.Findings, 1, "%+v", r.Findings)
	f := r.Findings[0]
	assert.Equal(t, explore.NotDeterministic, f.Class)
	assert.Regexp(t, `^recovery had (not )?shown`, f.Evidence[0])
	assert.Nil(t, f.Explanation, "no operation is missing")
	again, err := Replay(t.Context(), []Target{target}, f.Token, ReplayOptions{Attempts: 3})
	require.NoError(t, err)
	assert.Equal(t, 3, again.Hits)
	fixed, err := Replay(t.Context(), []Target{toy.Target(toy.Correct)}, f.Token, ReplayOptions{})
	require.NoError(t, err)
	assert.False(t, fixed.Reproduced)

	target.RecoveryVaries = true
	r, err = Check(t.Context(), target, o)
	require.NoError(t, err)
	assert.Equal(t, checker.Pass, r.Verdict, "%v %+v", r.Reasons, r.Findings)
	assert.Positive(t, r.Divergences)
}

// If recoveries of one disk lose a write only sometimes, the finding is that they differ, not that the write is lost.
func TestAnUnrepeatableLossIsNotCalledALoss(t *testing.T) {
	sameRaces(t)
	target := toy.Target(toy.Flaky)
	o := toyOptions("power")
	o.Workloads, o.NoShrink, o.Workers = []string{"kv"}, true, 1
	r, err := Check(t.Context(), target, o)
	require.NoError(t, err)
	require.Equal(t, checker.Fail, r.Verdict, "%v", r.Reasons)
	var found *Finding
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Class == explore.NotDeterministic {
			found = f
		} else { // recoveries with a fault may also show one of the varying contents
			assert.Equal(t, "faulty recovery", f.Judge, f.Sentence)
		}
	}
	require.NotNil(t, found)
	again, err := Replay(t.Context(), []Target{target}, found.Token, ReplayOptions{Attempts: 3})
	require.NoError(t, err)
	assert.Positive(t, again.Hits)
}

func TestDamageIsDrawn(t *testing.T) {
	r := check(t, toy.Correct, toyOptions("bitrot"))
	assert.Equal(t, checker.Pass, r.Verdict, "%v %+v", r.Reasons, r.Findings)
	assert.Positive(t, r.CrashPoints)
	assert.Equal(t, r.CrashPoints, r.RottenPoints)
}

func TestFindingsAreSavedAtOnce(t *testing.T) {
	o := toyOptions("power")
	o.Dir = t.TempDir()
	c, err := newCampaign(toy.Target(toy.NoFileSync), o)
	require.NoError(t, err)
	require.NoError(t, c.runCell(t.Context(), c.cells[0], 0, 1))
	files, err := filepath.Glob(filepath.Join(o.Dir, "findings", "*"+evidence.Ext))
	require.NoError(t, err)
	assert.Len(t, files, c.findings.len())
	assert.NotEmpty(t, files)
}

// A disk that ignores flushes loses synced data of any store. As with fault lost-fsync, that is not a finding.
func TestADiskThatIgnoresFlushesIsNotTheFaultOfTheStore(t *testing.T) {
	sameRaces(t)
	o := toyOptions("power")
	o.Device = "ignore-flush=1"
	r := check(t, toy.Correct, o)
	assert.Empty(t, r.Findings, "%v", r.Findings)
	assert.Positive(t, r.BytesLost)
}

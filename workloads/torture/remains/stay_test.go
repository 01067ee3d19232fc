package remains_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
	"github.com/lightningdb/lightning-torture/workloads/torture/remains"
)

func examine(target contract.Target) ([]string, error) {
	fs := faultfs.New(faultfs.Options{})
	wrong, err := remains.Examine(&target, contract.Env{FS: fs, Dir: "db"}, fs)
	var classes []string
	for _, v := range wrong {
		classes = append(classes, v.Class+", "+v.Sentence)
	}
	return classes, err
}

func TestExamineFindsWhatAStoreKeeps(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		bug  toy.Bug
		want string // empty: nothing
	}{
		{"nothing is kept", toy.Correct, ""},
		{"files are open", toy.KeepsReaders, `^remains: open files, after 48 more rounds of the same writes and reads, the store, which is open, has \d+ files`},
		{"files are there", toy.KeepsScratch, `^remains: space, after 48 more rounds of .* which is open, has \d+ files; it had \d+, and \d+ after the first 8$`},
		{"goroutines wait while it is open", toy.KeepsWaiters, `^remains: goroutines, after 48 more rounds of .* which is open, has \d+ goroutines`},
		{"goroutines wait once it was closed", toy.KeepsGoroutine, `^remains: goroutines, after 48 more sessions .* which is closed, has \d+ goroutines`},
		{
			"goroutines wait once it could not be opened", toy.FailedOpenKeepsGoroutine,
			`^remains: goroutines, after 120 more attempts to open it on a disk that fails, the store, which is not open, has \d+ goroutines`,
		},
		{"files are left by each session", toy.LeaksBySession, `^remains: space, after 48 more sessions .* which is closed, has \d+ files`},
		{"a handle is left by each session", toy.KeepsFileOpen, `^remains: open files, after 48 more sessions .* which is closed, has \d+ files and dir`},
	} {
		target := toy.Target(c.bug)
		target.CheckFiles = nil                                                   // so that only the growth shows the leak
		target.Promises.RefusesSecondOpen = c.bug != toy.FailedOpenKeepsGoroutine // otherwise each session would fail
		wrong, err := examine(target)
		require.NoError(t, err, c.name)
		if c.want == "" {
			assert.Empty(t, wrong, c.name)
			continue
		}
		require.NotEmpty(t, wrong, c.name)
		assert.Regexp(t, c.want, wrong[0], c.name)
	}
}

// A pool that is filled once and kept is not a leak.
func TestAPoolIsNotALeak(t *testing.T) {
	t.Parallel()
	target := toy.Target(toy.Correct)
	opened, stop := 0, make(chan struct{})
	defer close(stop)
	target.Open = func(env contract.Env) (workloads.Store, error) {
		if opened++; opened <= 56 && opened%2 == 0 {
			go func() { <-stop }()
		}
		return toy.Open(env, toy.Correct)
	}
	wrong, err := examine(target)
	require.NoError(t, err)
	assert.Empty(t, wrong)
}

// An engine may take some time to end its goroutines.
func TestGoroutinesThatEndSoonAreNotALeak(t *testing.T) {
	t.Parallel()
	target := toy.Target(toy.Correct)
	target.Open = func(env contract.Env) (workloads.Store, error) {
		go func() { <-time.NewTimer(300 * time.Millisecond).C }()
		return toy.Open(env, toy.Correct)
	}
	wrong, err := examine(target)
	require.NoError(t, err)
	assert.Empty(t, wrong)
}

func TestALimitOnOpenFilesIsKept(t *testing.T) {
	t.Parallel()
	for most, want := range map[int]int{3: 0, 2: 0, 1: 1} { // the log, and a directory that is synced meanwhile
		target := toy.Target(toy.Correct)
		target.HandlesMax = func(contract.Limits) int { return most }
		wrong, err := examine(target)
		assert.Len(t, wrong, want, "%d: %v %v", most, wrong, err)
		for _, w := range wrong {
			assert.Contains(t, w, "remains: open files, the store says that it has at most 1 files")
		}
	}
}

func TestLeftoverFilesOfAClosedStore(t *testing.T) {
	t.Parallel()
	wrong, err := examine(toy.Target(toy.Leftover))
	require.NoError(t, err)
	require.Len(t, wrong, 1)
	assert.Regexp(t, "^remains: space, the store was closed, and its files are not as they should be: more than the log", wrong[0])
}

// unready is a toy store that refuses to commit.
type unready struct{ *toy.Store }

func (unready) Apply([]history.Write, history.Durability) error { return workloads.ErrRefused }

func TestAStoreThatFailsOnAHealthyDiskSaysSo(t *testing.T) {
	t.Parallel()
	target := toy.Target(toy.Correct)
	target.Open = func(env contract.Env) (workloads.Store, error) {
		s, err := toy.Open(env, toy.Correct)
		return unready{s}, err
	}
	_, err := examine(target)
	assert.ErrorIs(t, err, workloads.ErrRefused)
}

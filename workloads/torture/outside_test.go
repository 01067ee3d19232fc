package torture

import (
	"os"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

// A store that has its log on another disk, and only a little on this one, is told so and nothing else.
func TestDataThatAreNotOnTheDiskAreNamed(t *testing.T) {
	t.Parallel()
	elsewhere := afero.NewMemMapFs()
	target := toy.Target(toy.Correct)
	target.Open = func(env Env) (workloads.Store, error) {
		if err := afero.WriteFile(env.FS, "/marker", []byte("I was here"), 0o666); err != nil {
			return nil, err
		}
		env.FS = elsewhere
		return toy.Open(env, toy.Correct)
	}
	o := toyOptions("power")
	o.Rounds = 1
	r, err := Check(t.Context(), target, o)
	require.NoError(t, err)
	require.Equal(t, checker.Fail, r.Verdict, "%v", r.Reasons)
	require.Len(t, r.Findings, 1)
	f := r.Findings[0]
	assert.Equal(t, record.KeptElsewhere, f.Class)
	assert.Regexp(t, `^A store that was opened on an empty disk has \d+ keys of the store before it, such as "\S+": the engine keeps data elsewhere`, f.Sentence)
	assert.Len(t, r.Reasons, 1)
	again, err := Replay(t.Context(), []Target{target}, f.Token, ReplayOptions{})
	require.NoError(t, err)
	assert.True(t, again.Reproduced)
}

// A store whose normal life is on the lab's disk, and whose recovery looks for its files where there are none, is told so.
func TestARecoveryThatGoesAroundTheDiskIsNamed(t *testing.T) {
	t.Parallel()
	target := toy.Target(toy.Correct)
	target.Open = func(env Env) (workloads.Store, error) {
		if _, err := os.Stat(env.Dir + "/log"); err == nil { // of the operating system, which has none
			return toy.Open(env, toy.Correct)
		}
		if err := env.FS.RemoveAll(env.Dir); err != nil {
			return nil, err
		}
		return toy.Open(env, toy.Correct)
	}
	o := toyOptions("power")
	o.Rounds = 1
	r, err := Check(t.Context(), target, o)
	require.NoError(t, err)
	require.Equal(t, checker.Fail, r.Verdict, "%v", r.Reasons)
	require.Len(t, r.Findings, 1)
	f := r.Findings[0]
	assert.Equal(t, record.KeptElsewhere, f.Class)
	assert.Regexp(t, `^A store that was opened again, .* shows nothing of what it had, such as "\S+", and has read none of the \d+ bytes there: its recovery goes around Env.FS`, f.Sentence)
	again, err := Replay(t.Context(), []Target{target}, f.Token, ReplayOptions{})
	require.NoError(t, err)
	assert.True(t, again.Reproduced)
}

// An engine that changes the working directory keeps its promises to the disk, and none to the process.
func TestAnEngineThatChangesTheWorkingDirectoryIsNoPass(t *testing.T) { // not parallel: all tests have this directory
	start, err := os.Getwd()
	require.NoError(t, err)
	other := t.TempDir()
	target := toy.Target(toy.Correct)
	target.Open = func(env Env) (workloads.Store, error) {
		if err := os.Chdir(other); err != nil { //nolint:usetesting // it is the engine that does it
			return nil, err
		}
		return toy.Open(env, toy.Correct)
	}
	o := toyOptions("power")
	o.Rounds = 1
	r, err := Check(t.Context(), target, o)
	require.NoError(t, err)
	now, err := os.Getwd()
	require.NoError(t, err)
	assert.Equal(t, start, now)
	assert.Equal(t, checker.Inconclusive, r.Verdict)
	assert.Contains(t, r.Reasons[0], "the engine has changed the working directory of the process, from "+start+" to ")
}

// Files of the operating system that a store leaves open are counted, although they are none of the lab's disk.
func TestFilesOfTheSystemThatStayOpenAreFound(t *testing.T) {
	if _, err := os.Stat("/proc/self/fd"); err != nil {
		t.Skip("the system does not tell which files are open")
	}
	var kept []*os.File
	t.Cleanup(func() {
		for _, f := range kept {
			assert.NoError(t, f.Close())
		}
	})
	target := hostileTarget(func(*hostile, bool) error {
		f, err := os.Open(os.DevNull)
		kept = append(kept, f)
		return err
	})
	o := toyOptions("power")
	o.Workloads, o.Rounds, o.CrashPoints, o.Workers, o.StopAfter = []string{"kv"}, 4, 2, 1, 1
	r, err := Check(t.Context(), target, o)
	require.NoError(t, err)
	require.Equal(t, checker.Fail, r.Verdict, "%v", r.Reasons)
	assert.Regexp(t, `has \d+ files open that are not on Env.FS; it had`, r.Findings[0].Sentence)
}

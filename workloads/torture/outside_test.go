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

// A store that keeps its log on another disk, and little on the lab's, gets exactly that as the reason.
func TestDataOutsideTheDiskIsReported(t *testing.T) {
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

// A store may run on the lab's disk while its recovery looks for the files elsewhere. The reason says so.
func TestARecoveryThatBypassesTheDiskIsReported(t *testing.T) {
	t.Parallel()
	target := toy.Target(toy.Correct)
	target.Open = func(env Env) (workloads.Store, error) {
		if _, err := os.Stat(env.Dir + "/log"); err == nil { // asks the operating system, where the file never exists
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
	assert.Regexp(t, `^A store that was opened again, .* shows nothing of what it had, such as "\S+", and has read none of the \d+ bytes there: its recovery bypasses Env.FS`, f.Sentence)
	again, err := Replay(t.Context(), []Target{target}, f.Token, ReplayOptions{})
	require.NoError(t, err)
	assert.True(t, again.Reproduced)
}

// Changing the working directory breaks no promise about the disk, but it affects the whole process.
func TestAnEngineThatChangesTheWorkingDirectoryDoesNotPass(t *testing.T) { // not parallel: the working directory is shared by all tests
	start, err := os.Getwd()
	require.NoError(t, err)
	other := t.TempDir()
	target := toy.Target(toy.Correct)
	target.Open = func(env Env) (workloads.Store, error) {
		if err := os.Chdir(other); err != nil { //nolint:usetesting // it stands for what the engine does
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

// Operating-system files that a store leaves open count, although they are not on the lab's disk.
func TestOperatingSystemFilesLeftOpenAreFound(t *testing.T) {
	if _, err := os.Stat("/proc/self/fd"); err != nil {
		t.Skip("needs a system that lists the open files of a process, such as Linux")
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

package torture

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

func TestAnEngineThatBypassesTheDiskIsInconclusive(t *testing.T) {
	sameRaces(t)
	here := t.TempDir()
	t.Chdir(here)
	o := toyOptions("power")
	for name, c := range map[string]struct {
		says string
		fs   afero.Fs
	}{
		"package os": {
			"does it bypass Env.FS\\? .* changes nothing on Env.FS; it has created db in the working directory$",
			afero.NewBasePathFs(afero.NewOsFs(), here),
		},
		"memory": {`^Synced commits were acknowledged \(\d+ in this run\), but the store changed nothing on Env.FS`, afero.NewMemMapFs()},
	} {
		t.Run(name, func(t *testing.T) {
			target := toy.Target(toy.Correct)
			target.Open = func(env Env) (workloads.Store, error) {
				return toy.Open(Env{FS: c.fs, Dir: "/" + env.Dir, Inline: true}, toy.Correct)
			}
			r, err := Check(t.Context(), target, o)
			require.NoError(t, err)
			require.Len(t, r.Findings, 1)
			f := r.Findings[0]
			require.Regexp(t, c.says, f.Sentence+" "+strings.Join(r.Reasons, " "))
			require.NoError(t, os.RemoveAll(filepath.Join(here, "db")))
			again, err := Replay(t.Context(), []Target{target}, f.Token, ReplayOptions{})
			require.NoError(t, err)
			require.True(t, again.Reproduced)
			require.NoError(t, os.RemoveAll(filepath.Join(here, "db")))

			target.Promises.SyncSurvivesPowerCut = false // without the promise nothing is broken, but nothing is proved either
			_, err = Check(t.Context(), target, o)
			require.ErrorIs(t, err, ErrConfig)
			require.Regexp(t, `target "toy" acknowledged \d+ commits and changed nothing on Env.FS`, err.Error())
			require.NoError(t, os.RemoveAll(filepath.Join(here, "db")))
		})
	}
	t.Run("only the lock file is on the lab's disk", func(t *testing.T) {
		target := toy.Target(toy.Correct)
		target.Open = func(env Env) (workloads.Store, error) {
			if err := afero.WriteFile(env.FS, "LOCK", nil, 0o600); err != nil {
				return nil, err
			}
			return toy.Open(Env{FS: afero.NewMemMapFs(), Dir: "/" + env.Dir, Inline: true}, toy.Correct)
		}
		o.Keys = 60
		r, err := Check(t.Context(), target, o)
		require.NoError(t, err)
		require.Regexp(t, `in one run \d+ bytes were acknowledged as synced and only 0 were written to Env.FS: where does the engine keep the rest\?`, r.Reasons[0])
	})
}

func TestARunThatWritesNothingProvesNothing(t *testing.T) {
	c, err := newCampaign(toy.Target(toy.Correct), Options{})
	require.NoError(t, err)
	c.target.Promises.SyncSurvivesPowerCut = false
	deletes := []history.Op{{Outcome: history.Acked, Writes: []history.Write{{Key: []byte("k"), Delete: true}}}}
	require.NoError(t, c.checkBypass(&record.Recording{History: deletes}))
	puts := []history.Op{{Outcome: history.Acked, Writes: []history.Write{{Key: []byte("k")}}}}
	require.ErrorIs(t, c.checkBypass(&record.Recording{History: puts}), ErrConfig)
	c.touched = true // as if an earlier run had written
	require.NoError(t, c.checkBypass(&record.Recording{History: puts}))
}

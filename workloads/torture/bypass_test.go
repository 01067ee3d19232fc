package torture

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
)

func TestAnEngineThatGoesAroundTheDiskIsToldSo(t *testing.T) {
	here := t.TempDir()
	t.Chdir(here)
	o := toyOptions("power")
	for name, c := range map[string]struct {
		says string
		fs   afero.Fs
	}{
		"package os": {
			"changed nothing on Env.FS: it must keep its files there, in Env.Dir, and not open them with package os; it has made db " +
				"in the working directory$",
			afero.NewBasePathFs(afero.NewOsFs(), here),
		},
		"memory": {`target "toy" acknowledged \d+ synced commits and changed nothing on Env.FS`, afero.NewMemMapFs()},
	} {
		t.Run(name, func(t *testing.T) {
			target := toy.Target(toy.Correct)
			target.Open = func(env Env) (workloads.Store, error) {
				return toy.Open(Env{FS: c.fs, Dir: "/" + env.Dir, Inline: true}, toy.Correct)
			}
			_, err := Check(t.Context(), target, o)
			require.ErrorIs(t, err, ErrConfig)
			require.Regexp(t, c.says, err.Error())
			require.NoError(t, os.RemoveAll(filepath.Join(here, "db")))
		})
	}
	t.Run("the lock alone is on the lab's disk", func(t *testing.T) {
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
		require.Regexp(t, `\d+ bytes were acknowledged as synced in one run and 0 written to Env.FS: where does the engine keep the rest\?`, r.Reasons[0])
	})
}

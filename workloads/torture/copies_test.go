package torture

import (
	"errors"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
)

// stepwise is a toy that writes a checkpoint in two steps: first what had been synced, then the rest. A crash between the two
// leaves a copy without the unsynced commits, which a crash may also take from the store itself.
type stepwise struct {
	*toy.Store
	env    Env
	synced int // bytes of the log that are synced
}

func (s *stepwise) Apply(writes []history.Write, d history.Durability) error {
	err := s.Store.Apply(writes, d)
	if data, failed := afero.ReadFile(s.env.FS, s.env.Dir+"/log"); err == nil && failed == nil && d == history.Sync {
		s.synced = len(data)
	}
	return err
}

func (s *stepwise) Checkpoint(dir string) error {
	data, err := afero.ReadFile(s.env.FS, s.env.Dir+"/log")
	if err != nil {
		return err
	}
	if err := errors.Join(s.env.FS.Mkdir(dir, 0o777), toy.SyncDir(s.env.FS, "/")); err != nil {
		return err
	}
	first := min(s.synced, len(data))
	f, err := s.env.FS.Create(dir + "/tmp")
	if err != nil {
		return err
	}
	_, err = f.Write(data[:first])
	err = errors.Join(err, f.Sync(), s.env.FS.Rename(dir+"/tmp", dir+"/log"), toy.SyncDir(s.env.FS, dir))
	_, failed := f.Write(data[first:])
	return errors.Join(err, failed, f.Sync(), f.Close())
}

func TestAnUnfinishedCopyMayLackUnsyncedCommits(t *testing.T) {
	sameRaces(t)
	target := toy.Target(toy.Correct)
	target.Administration.Restore = nil
	open := target.Open
	target.Open = func(env Env) (workloads.Store, error) {
		s, err := open(env)
		if err != nil {
			return nil, err
		}
		data, err := afero.ReadFile(env.FS, env.Dir+"/log")
		if err != nil {
			return nil, errors.Join(err, s.Close())
		}
		return &stepwise{Store: s.(*toy.Store), env: env, synced: len(data)}, nil
	}
	o := lifecycleOptions(1, "power")
	o.CrashPoints, o.Rounds = 60, 2
	r, err := Check(t.Context(), target, o)
	require.NoError(t, err)
	assert.Equal(t, checker.Pass, r.Verdict, "%v %+v", r.Reasons, r.Findings)
}

package lightning

import (
	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

var (
	_ workloads.Checkpointer = (*store)(nil)
	_ workloads.Backuper     = (*store)(nil)
)

// administration is what Lightning offers beside an open store.
func administration() torture.Administration {
	return torture.Administration{
		OpenReadOnly: func(env torture.Env) (workloads.Store, error) {
			o, err := optionsIn(env)
			if err != nil {
				return nil, err
			}
			o.ReadOnly = true
			return open(env.Dir, o)
		},
		Restore: func(env torture.Env, repository string, number uint64) error {
			o, err := optionsIn(env)
			if err == nil {
				_, err = engine.Restore(repository, number, env.Dir, o)
			}
			return translate(err)
		},
	}
}

func (s *store) Checkpoint(dir string) error { return translate(s.db.Checkpoint(dir)) }

func (s *store) Backup(repository string) (uint64, error) {
	info, err := engine.Backup(s.db, repository)
	return info.ID, translate(err)
}

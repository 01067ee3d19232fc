package lightning

import (
	"errors"
	"fmt"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/targets/lightning/accounts"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

var (
	_ workloads.Checkpointer = (*store)(nil)
	_ workloads.Backuper     = (*store)(nil)
)

// standingChecks are shared by all targets of the process, so that each check runs only once.
var standingChecks = standing()

// administration returns what Lightning offers besides an open store.
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
		ListBackups: listBackups,
		VerifyBackups: func(env torture.Env, repository string) error {
			o, err := optionsIn(env)
			if err == nil {
				err = engine.VerifyBackups(repository, o)
			}
			return translate(err)
		},
		DeleteBackup: deleteBackup,
		VerifyFiles:  verifyFiles,
		Repair:       repair,

		Standing:       standingChecks,
		OpenAccountant: openAccountant,
		AccountFiles: func(env torture.Env, state *history.State) error {
			o, err := optionsIn(env)
			if err == nil {
				err = accounts.Files(env.Dir, o, state)
			}
			return translate(err)
		},
	}
}

func listBackups(env torture.Env, repository string) (numbers []uint64, err error) {
	o, err := optionsIn(env)
	if err != nil {
		return nil, err
	}
	all, err := engine.Backups(repository, o)
	for _, b := range all {
		numbers = append(numbers, b.ID)
	}
	return numbers, translate(err)
}

// deleteBackup deletes the oldest backup by pruning, and any other one by its number, so that both functions are used.
func deleteBackup(env torture.Env, repository string, number uint64) error {
	o, err := optionsIn(env)
	if err != nil {
		return err
	}
	all, err := engine.Backups(repository, o)
	if err != nil || len(all) < 2 || all[0].ID != number {
		return translate(errors.Join(err, engine.DeleteBackup(repository, number, o)))
	}
	_, err = engine.PruneBackups(repository, len(all)-1, o)
	return translate(err)
}

func verifyFiles(env torture.Env) error {
	o, err := optionsIn(env)
	if err != nil {
		return err
	}
	report, err := engine.VerifyDir(env.Dir, o)
	if len(report.Problems) > 0 {
		return errors.Join(fmt.Errorf("%w: %v", workloads.ErrCorrupt, report.Problems), err)
	}
	return translate(err)
}

func repair(env torture.Env) (done torture.Repaired, err error) {
	o, err := optionsIn(env)
	if err != nil {
		return done, err
	}
	report, err := engine.Repair(env.Dir, o)
	done.Damaged = report.Damage != ""
	for _, l := range report.Lost {
		loss := torture.Loss{File: l.File, From: l.After, To: l.Before}
		if l.Key != nil {
			loss.From, loss.To = l.Key, l.Key
		}
		done.Lost = append(done.Lost, loss)
	}
	return done, translate(err)
}

func (s *store) Checkpoint(dir string) error { return translate(s.db.Checkpoint(dir)) }

func (s *store) Backup(repository string) (uint64, error) {
	info, err := engine.Backup(s.db, repository)
	return info.ID, translate(err)
}

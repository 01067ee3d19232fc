package contract

import (
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Administration is what an engine offers beside an open store. A function that is nil is something that it cannot do. What
// an open store offers is found by type assertion: workloads.Checkpointer, Backuper, Verifier.
type Administration struct {
	// OpenReadOnly opens the store in env.Dir, which must exist, and changes nothing in env.FS, not even after a crash. Every
	// write to it must fail with workloads.ErrRefused.
	OpenReadOnly func(env Env) (workloads.Store, error)
	// Restore makes the store that backup number of a repository holds in env.Dir, which does not exist. It is durable when
	// Restore returns.
	Restore func(env Env, repository string, number uint64) error
	// ListBackups returns the numbers of the backups in a repository, in ascending order; VerifyBackups looks for damage, which is
	// workloads.ErrCorrupt, and changes nothing but the file of a lock; DeleteBackup removes a backup, and leaves the others as
	// they are. All three are there, or none.
	ListBackups   func(env Env, repository string) ([]uint64, error)
	VerifyBackups func(env Env, repository string) error
	DeleteBackup  func(env Env, repository string, number uint64) error
	// VerifyFiles looks for damage in the files of the store in env.Dir, which is not open, and changes nothing. The error
	// is workloads.ErrCorrupt if there is any, also where the store would not open, and names every file whose checksums do not
	// fit its content.
	VerifyFiles func(env Env) error
	// Repair makes a store that opens of what can be read of a damaged one, in the same directory.
	Repair func(env Env) (Repaired, error)
	// OpenAccountant opens the store in env.Dir as Target.Open does, and notes what is done to it, by its client and by itself.
	// The function account compares that with what the engine says: its metrics, its events, the lists of its files and their
	// sizes. The error says which figure is wrong. When it is called, no call is under way, none has failed, and nothing is open
	// but the store.
	OpenAccountant func(env Env) (store workloads.Store, account func() error, err error)
	// AccountFiles looks into the files of the store in env.Dir, which was closed and shows state, with the tools that the engine
	// has for that. The error says what they show that is not so. It changes nothing.
	AccountFiles func(env Env, state *history.State) error
	// Standing are checks of what is the same for all stores of the engine: defaults, refusals, files of earlier versions. An audit of
	// accounts asks for all of them; each remembers its answer, so that a process does its work once. Each counts as a call of the
	// engine by itself, and so has Options.Patience.
	Standing []func() error
}

// Repaired is the report of a repair.
type Repaired struct {
	Damaged bool // there was damage; otherwise nothing was changed
	Lost    []Loss
}

// Loss is a part of a store that a repair could not bring back.
type Loss struct {
	File string // its name, without the directory
	// From and To are the first and the last key that may be missing, have an older value, or be back though it was deleted.
	// Nil: from the first key on, or to the last.
	From, To []byte
}

// Opener returns the administration of a running store as a driver needs it.
func (t *Target) Opener(env Env) workloads.Opener {
	a, in := &t.Administration, func(dir string) Env {
		other := env
		if dir != "" {
			other.Dir, other.Inline = dir, true
		}
		return other
	}
	o := workloads.Opener{
		Open:           func() (workloads.Store, error) { return t.OpenStore(env) },
		ClosesInFlight: t.Promises.ClosesInFlight, RefusesSecondOpen: t.Promises.RefusesSecondOpen,
		CloseSyncs: t.Promises.CloseSyncs,
	}
	if a.OpenReadOnly != nil {
		o.OpenReadOnly = func(dir string) (workloads.Store, error) { return a.OpenReadOnly(in(dir)) }
	}
	if a.Restore != nil {
		o.Restore = func(repository string, number uint64, dir string) error {
			return a.Restore(in(dir), repository, number)
		}
	}
	return o
}

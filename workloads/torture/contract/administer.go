package contract

import (
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Administration is what an engine offers besides an open store. A nil function is something that the engine cannot
// do. Capabilities of an open store are found by type assertion: workloads.Checkpointer, Backuper, Verifier.
type Administration struct {
	// OpenReadOnly opens the store in env.Dir, which must exist, and changes nothing in env.FS, not even after a
	// crash. Every write to the store must fail with workloads.ErrRefused.
	OpenReadOnly func(env Env) (workloads.Store, error)
	// Restore creates the store saved as backup number of a repository in env.Dir, which does not exist yet. The store
	// is durable when Restore returns.
	Restore func(env Env, repository string, number uint64) error
	// ListBackups returns the numbers of the backups in a repository, in ascending order. VerifyBackups looks for
	// damage, reports it as workloads.ErrCorrupt, and changes nothing except a lock file. DeleteBackup removes one
	// backup and leaves the others intact. Either all three are set or none.
	ListBackups   func(env Env, repository string) ([]uint64, error)
	VerifyBackups func(env Env, repository string) error
	DeleteBackup  func(env Env, repository string, number uint64) error
	// VerifyFiles looks for damage in the files of the store in env.Dir, which is not open, and changes nothing. If
	// there is any, the error is workloads.ErrCorrupt and names every file whose checksums do not match its contents,
	// even if the store would not open.
	VerifyFiles func(env Env) error
	// Repair turns what is readable of a damaged store into a store that opens, in the same directory.
	Repair func(env Env) (Repaired, error)
	// OpenAccountant opens the store in env.Dir as Target.Open does, and keeps account of what its client and the
	// store itself do. The function account compares that with the engine's own figures: its metrics, its events, and
	// the names and sizes of its files. The error says which figure is wrong. account is called when no call is under
	// way, none has failed, and nothing but the store is open.
	OpenAccountant func(env Env) (store workloads.Store, account func() error, err error)
	// AccountFiles inspects the files of the store in env.Dir, which was closed and shows state, with the engine's own
	// tools. The error says what they report wrongly. It changes nothing.
	AccountFiles func(env Env, state *history.State) error
	// Standing are checks of properties that all stores of the engine share: defaults, refusals, files of earlier
	// versions. An audit of accounts asks for all of them; each remembers its answer, so that a process does the work
	// once. Each counts as one call of the engine, for which Options.Patience applies. One that cuts the power does so
	// with a PowerCut, and one that demands something of a single call makes it with a Call, so that its error can be explained.
	Standing []StandingCheck
}

// StandingCheck is a check of what all stores of an engine share.
type StandingCheck struct {
	// Name identifies what the check finds, however its errors are worded. If it is empty, the error does.
	Name string
	Run  func() error
}

// Repaired is the report of a repair.
type Repaired struct {
	Damaged bool // damage was found; if false, nothing was changed
	Lost    []Loss
}

// Loss is a part of a store that a repair could not recover.
type Loss struct {
	File string // its name, without the directory
	// From and To are the first and the last key that may be missing, have an older value, or reappear after a delete.
	// A nil From stands for the first key of the store, a nil To for the last.
	From, To []byte
}

// Opener returns the administration of a running store in the form that a driver needs.
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

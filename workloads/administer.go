package workloads

import "errors"

// ErrLocked is returned when a store is opened that is already open. The error of Opener.Open must match it with
// errors.Is.
var ErrLocked = errors.New("workloads: store is open already")

// Checkpointer is implemented by stores that can be copied while they run.
type Checkpointer interface {
	// Checkpoint creates an independent store in dir, which must not exist. The copy is the state of one instant: it
	// has everything acknowledged before the call, at any durability, and possibly commits made during it. It is
	// durable when Checkpoint returns.
	Checkpoint(dir string) error
}

// Backuper is implemented by stores that can be backed up to a repository while they run.
type Backuper interface {
	// Backup adds a backup to a repository, which it creates if necessary, and returns the backup's number in it.
	// Contents and durability are as for Checkpoint. Earlier backups in the repository stay unchanged.
	Backup(repository string) (number uint64, err error)
}

// Opener opens stores besides the one that a driver was given. A nil function means that the engine cannot do this; the
// driver leaves out the steps that need it.
type Opener struct {
	// Open opens the store that is driven.
	Open func() (Store, error)
	// OpenReadOnly opens the store in dir, which must exist, and changes nothing on disk. Every write to the returned
	// store must fail with ErrRefused. An empty dir means that of the driven store.
	OpenReadOnly func(dir string) (Store, error)
	// Restore writes the store that a backup holds to dir, which must not exist. It is durable when Restore returns.
	Restore func(repository string, number uint64, dir string) error
	// ClosesInFlight says that the store may be closed while it is in use: each call in flight then completes, or fails
	// with ErrRefused or a conflict. If not set, all clients pause while one of them closes the store.
	ClosesInFlight bool
	// CloseSyncs says that everything acknowledged survives a power cut once Close has returned.
	CloseSyncs bool
	// RefusesSecondOpen says that Open fails with ErrLocked while the store is open. If not set, no client tries to open
	// it a second time.
	RefusesSecondOpen bool
}

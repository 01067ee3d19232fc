package workloads

import "errors"

// ErrLocked is returned for a store that is open already. An Opener must let a driver recognize it with errors.Is.
var ErrLocked = errors.New("workloads: store is open already")

// Checkpointer is implemented by stores that can be copied while they run.
type Checkpointer interface {
	// Checkpoint makes a store of its own in dir, which does not exist. It has all that was acknowledged before the call,
	// with whatever durability, perhaps commits that come meanwhile, and is as of one instant. It is durable when
	// Checkpoint returns.
	Checkpoint(dir string) error
}

// Backuper is implemented by stores that can be saved in a repository of backups while they run.
type Backuper interface {
	// Backup adds a backup to a repository, which it makes if need be, and returns its number there. What it has is the
	// same as for a checkpoint, and so is when it is durable. Earlier backups in the repository stay as they are.
	Backup(repository string) (number uint64, err error)
}

// Opener opens stores beside the one that a driver was given. A function that is nil is something that the engine cannot
// do: the driver leaves out the steps that need it.
type Opener struct {
	// Open opens the store that is driven.
	Open func() (Store, error)
	// OpenReadOnly opens the store in a directory, which must exist, and changes nothing on the disk. Every write to the
	// store must fail with ErrRefused. An empty dir is that of the store that is driven.
	OpenReadOnly func(dir string) (Store, error)
	// Restore makes the store that a backup holds in dir, which does not exist; it is durable when Restore returns.
	Restore func(repository string, number uint64, dir string) error
	// ClosesInFlight says that the store may be closed while it is used: every call in flight is done, or is ErrRefused or
	// a conflict. Otherwise all clients wait while one of them closes it.
	ClosesInFlight bool
	// CloseSyncs says that everything acknowledged survives a power cut once the store is closed.
	CloseSyncs bool
	// RefusesSecondOpen says that Open fails with ErrLocked while the store is open. Otherwise nobody tries.
	RefusesSecondOpen bool
}

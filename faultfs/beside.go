package faultfs

import "io"

// Interfaces for what storage engines need from a filesystem beyond afero.Fs. An FS and its files implement all of
// them. An adapter tests for each with a type assertion on its afero.Fs or afero.File, and decides what to do if it is
// missing; package osfs does this for all of them.
//
// Directories need no interface: opening a directory gives a handle whose Sync makes the names in it durable. Nor do
// flags of open(2). O_SYNC and O_DSYNC follow each write with a sync. O_EXCL, O_DIRECTORY and O_NOFOLLOW mean what they
// mean on Linux. O_DIRECT is accepted and does nothing: bytes become durable with a sync, not before. There is no
// O_TMPFILE and no RENAME_NOREPLACE.

// Linker is implemented by filesystems with hard links.
type Linker interface {
	// Link gives the file at from the additional name to, like link(2). The name is durable once its directory is
	// synced. The error is an *os.LinkError: EEXIST if there is something at to, ENOENT if there is nothing at from,
	// EPERM for a directory.
	Link(from, to string) error
}

// Exchanger is implemented by filesystems that can exchange two names.
type Exchanger interface {
	// Exchange makes each of two names refer to what the other one referred to, atomically, like renameat2(2) with
	// RENAME_EXCHANGE: files, directories or one of each, in one directory or in two. It is durable once either directory
	// is synced, except with rename-split, where it takes both. The error is an *os.LinkError: ENOENT if either name is
	// missing, EINVAL if a directory would move into itself, EBUSY for the root.
	Exchange(a, b string) error
}

// Locker is implemented by filesystems that can keep out a second user of a store.
type Locker interface {
	// Lock locks a path until the closer is closed. It creates no file, and the path need not exist. If the path is
	// already locked, the error is an *fs.PathError with EAGAIN, as for flock(2). A power cut leaves no lock behind.
	Lock(name string) (io.Closer, error)
}

// SpaceReporter is implemented by filesystems that can say how full they are.
type SpaceReporter interface {
	// Space returns how full the disk is, like statfs(2).
	Space() (Space, error)
}

// DataSyncer is implemented by files whose data can be synced without their times.
type DataSyncer interface {
	// SyncData is fdatasync(2): the bytes become durable, together with the size and whatever else is needed to read
	// them. As after Sync, a new file may still lack a name after a crash.
	SyncData() error
}

// Preallocator is implemented by files for which space can be reserved.
type Preallocator interface {
	// Preallocate is fallocate(2) without flags: it reserves space for the given number of bytes from off on. Those
	// that did not exist become zeros, and the file grows if they are past its end. A later write there does not fail
	// for lack of space. The new size is as durable as that of a write.
	Preallocate(off, bytes int64) error
}

// HolePuncher is implemented by files that can give back space.
type HolePuncher interface {
	// PunchHole is fallocate(2) with FALLOC_FL_PUNCH_HOLE: the given number of bytes from off on become zeros. The size
	// stays the same. The zeros are as durable as a write of zeros: a power cut may leave any sector as it was.
	PunchHole(off, bytes int64) error
}

var (
	_ Linker        = (*FS)(nil)
	_ Exchanger     = (*FS)(nil)
	_ Locker        = (*FS)(nil)
	_ SpaceReporter = (*FS)(nil)
	_ DataSyncer    = (*file)(nil)
	_ Preallocator  = (*file)(nil)
	_ HolePuncher   = (*file)(nil)
)

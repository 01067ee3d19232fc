package faultfs

import "io"

// What storage engines need of a filesystem beside afero.Fs. An FS and its files implement all of it. An adapter asks for
// each by a type assertion on its afero.Fs or afero.File and says what it does without; package osfs does so for all of
// them.
//
// Directories need no interface: Open of a directory gives a handle, and its Sync makes the names in it durable. Nor do
// flags of open(2): O_SYNC and O_DSYNC follow each write by a sync, O_EXCL, O_DIRECTORY and O_NOFOLLOW mean what they mean
// to Linux, and O_DIRECT is accepted and does nothing: bytes are durable after a sync and not before. There is no O_TMPFILE
// and no renameat2(2): Rename replaces, exchanges nothing, and cannot be told to keep what is there.

// Linker is implemented by filesystems with hard links.
type Linker interface {
	// Link gives the file at from the further name to, as link(2). The name is durable once its directory is synced. The
	// error is an *os.LinkError: EEXIST if there is something at to, ENOENT if there is nothing at from, EPERM for a directory.
	Link(from, to string) error
}

// Locker is implemented by filesystems that can keep a second user of a store out.
type Locker interface {
	// Lock locks a path until the closer is closed. It makes no file, and the path need not exist. A path that is locked
	// already is an *fs.PathError with EAGAIN, which is what flock(2) returns. A power cut leaves no lock behind.
	Lock(name string) (io.Closer, error)
}

// SpaceReporter is implemented by filesystems that can say how full they are.
type SpaceReporter interface {
	// Space returns how full the disk is, as statfs(2).
	Space() (Space, error)
}

// DataSyncer is implemented by files that can be synced without their times.
type DataSyncer interface {
	// SyncData is fdatasync(2): the bytes become durable, with the size and whatever else is needed to read them again. A new
	// file may still have no name after a crash, as after Sync.
	SyncData() error
}

// Preallocator is implemented by files for which space can be set aside.
type Preallocator interface {
	// Preallocate is fallocate(2) without flags: bytes from off that did not exist are zeros, and the file grows if they are
	// past its end. A later write there does not fail for want of space. The new size is as durable as that of a write.
	Preallocate(off, bytes int64) error
}

// HolePuncher is implemented by files that can give space back.
type HolePuncher interface {
	// PunchHole is fallocate(2) with FALLOC_FL_PUNCH_HOLE: bytes of the file from off read as zeros. Its size stays. A power cut
	// may leave any sector as it was, as if the zeros had been written.
	PunchHole(off, bytes int64) error
}

var (
	_ Linker        = (*FS)(nil)
	_ Locker        = (*FS)(nil)
	_ SpaceReporter = (*FS)(nil)
	_ DataSyncer    = (*file)(nil)
	_ Preallocator  = (*file)(nil)
	_ HolePuncher   = (*file)(nil)
)

package mount

import (
	"errors"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// ErrUnsupported is returned by New on systems other than Linux.
var ErrUnsupported = errors.New("mount: FUSE needs Linux")

// Attr has the permissions and the owner of a file, which a crash does not change.
type Attr struct {
	Mode     uint32 // the permission bits
	UID, GID uint32
}

// Disk is a filesystem to serve.
type Disk struct {
	FS *faultfs.FS
	// Attrs are the initial attributes by inode. Inodes not listed get those of a new file of this user.
	Attrs map[faultfs.Ino]Attr
	// Ack is called with each line written to .torture/ack, and Stdout with each line written to .torture/stdout, before the
	// write returns. If Ack is nil, the disk has no .torture directory.
	Ack, Stdout func(line string)
	// Syncing is called before each sync takes effect, while the process that asked for it waits. It may be nil.
	Syncing func()
	// Calling is called for each operation that may change the disk, before it takes effect, with the thread that asked for it and
	// waits meanwhile; 0 if the kernel itself did. It has to call operate. It may be nil.
	Calling func(thread int, operate func())
	// Refused is called whenever a process asks for something that this disk does not support. The text names it and the
	// remedy. It may be nil.
	Refused func(what string)
}

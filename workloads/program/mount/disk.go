package mount

import (
	"errors"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// ErrUnsupported says that this system has no FUSE.
var ErrUnsupported = errors.New("mount: FUSE needs Linux")

// Attr is what a crash does not change about a file: its permissions and its owner.
type Attr struct {
	Mode     uint32 // the permission bits
	UID, GID uint32
}

// Disk is a filesystem that is served.
type Disk struct {
	FS *faultfs.FS
	// Attrs are the attributes that files have when they are served. Others have those of a new file of this user.
	Attrs map[faultfs.Ino]Attr
	// Ack is called with each line that is written to .torture/ack, before the write returns; Stdout with each line that is
	// written to .torture/stdout. A disk without Ack has no such files.
	Ack, Stdout func(line string)
	// Refused is called whenever a process has asked for what this disk does not have, with what it is and what to do. It may be nil.
	Refused func(what string)
}

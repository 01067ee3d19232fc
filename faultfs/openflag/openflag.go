package openflag

import (
	"os"
	"syscall"
)

// How says how a file is to be opened.
type How struct {
	Read, Write bool // what the handle allows
	Modifies    bool // needs write permission; not possible for a directory
	Create      bool
	Exclusive   bool // with Create: the file must not exist
	Truncate    bool
	Append      bool
	Sync        bool // every write is followed by a sync of the file
	Directory   bool // the file must be a directory
	NoFollow    bool // the file must not be a symbolic link
	PathOnly    bool // the handle only names the file
}

// Parse interprets the flags of an open. The error is 0, or the error with which the call fails for every path.
func Parse(flag int) (How, syscall.Errno) {
	if flag&pathOnly != 0 {
		return How{PathOnly: true, Directory: flag&directory != 0, NoFollow: flag&noFollow != 0}, 0
	}
	const accessMode = os.O_WRONLY | os.O_RDWR
	access := flag & accessMode
	h := How{
		Read: access == os.O_RDONLY || access == os.O_RDWR, Write: access == os.O_WRONLY || access == os.O_RDWR,
		Create: flag&os.O_CREATE != 0, Truncate: flag&os.O_TRUNC != 0, Append: flag&os.O_APPEND != 0,
		Sync: flag&os.O_SYNC != 0, Directory: flag&directory != 0, NoFollow: flag&noFollow != 0,
	}
	h.Modifies = access != os.O_RDONLY || h.Truncate
	h.Exclusive = h.Create && flag&os.O_EXCL != 0
	switch {
	case flag&tmpFile != 0:
		return How{}, syscall.EOPNOTSUPP
	case h.Create && h.Directory:
		return How{}, syscall.EINVAL
	}
	return h, 0
}

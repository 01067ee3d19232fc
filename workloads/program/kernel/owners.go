package kernel

import (
	"bytes"
	"hash/maphash"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/lightningdb/lightning-torture/faultfs/blockdev/blocklog"
)

// owners tells which file the bytes of a write belong to. It compares the bytes of pages, because every filesystem keeps its own
// books about where they are. Pages of zeros are not compared, and of several equal pages the last one seen counts.
type owners struct {
	seed  maphash.Seed
	pages map[uint64]Owner
	left  int64 // bytes that may still be read
}

// maxLooked limits how much is read from the files of a store, in bytes.
const maxLooked = 256 << 20

func newOwners() *owners {
	return &owners{seed: maphash.MakeSeed(), pages: map[uint64]Owner{}, left: maxLooked}
}

// look reads the files below a directory, except those in the hidden one. What cannot be read is left out: explanations know less
// then, and nothing else changes.
func (o *owners) look(dir, hidden string) {
	_ = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		name, _ := filepath.Rel(dir, path) // it is below dir
		switch {
		case err != nil:
			return nil //nolint:nilerr // the program may have removed it meanwhile
		case entry.IsDir() && name == hidden:
			return fs.SkipDir
		case entry.Type().IsRegular():
			o.read(path, name)
		}
		return nil
	})
}

// read notes the pages of a file.
func (o *owners) read(path, name string) {
	f, err := openQuietly(path)
	if err != nil {
		return
	}
	defer f.Close() //nolint:errcheck // only read
	for off := int64(0); o.left > 0; off += blocklog.PageBytes {
		page := make([]byte, blocklog.PageBytes) // what the file lacks of its last page is zero on the disk
		n, err := io.ReadFull(f, page)
		if n == 0 {
			return
		}
		o.left -= int64(n)
		if !zero(page) {
			o.pages[maphash.Bytes(o.seed, page)] = Owner{Path: filepath.ToSlash(name), Off: off}
		}
		if err != nil {
			return
		}
	}
}

func zero(page []byte) bool { return len(bytes.Trim(page, "\x00")) == 0 }

// of returns the owners of the pages of all writes of a log.
func (o *owners) of(log blocklog.Log) (all []Owner) {
	for i, op := range log {
		for at := int64(0); op.Kind == blocklog.Write && at+blocklog.PageBytes <= op.Len; at += blocklog.PageBytes {
			if owner, known := o.pages[maphash.Bytes(o.seed, op.Data[at:at+blocklog.PageBytes])]; known {
				owner.Request, owner.At = i, at
				all = append(all, owner)
			}
		}
	}
	return all
}

// openQuietly opens a file for reading.
func openQuietly(path string) (*os.File, error) { return os.OpenFile(path, os.O_RDONLY|noAtime, 0) }

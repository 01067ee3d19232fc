package durable

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine/internal/cancel"
)

// copyBytes is how much of a file is copied per write.
const copyBytes = 64 << 10

// Linker is implemented by filesystems that support hard links.
type Linker interface {
	Link(from, to string) error
}

// Clone adds a file of another directory to this one under the same name: as a hard link if the filesystem supports it,
// otherwise as a copy whose content is durable. The name becomes durable with [Dir.Sync]. The file must never change
// again, and its content must be durable in the other directory. Clone returns the number of bytes copied.
func (d *Dir) Clone(from *Dir, name string) (copied int64, err error) {
	linked := false
	err = d.try(func() error {
		err := link(d.fs, from.join(name), d.join(name))
		linked = err == nil
		if cannotLink(err) {
			return nil
		}
		return err
	})
	if err != nil || linked {
		return 0, err
	}
	f, err := from.Open(name)
	if err != nil {
		return 0, err
	}
	copied, err = d.CopyIn(name, f)
	return copied, errors.Join(err, f.Close())
}

// CopyIn creates a file with everything that r holds and makes the content durable, but not yet the name. An error of r
// is returned as it is, and leaves behind a file with meaningless content.
func (d *Dir) CopyIn(name string, r io.Reader) (copied int64, err error) {
	f, err := d.Create(name)
	if err != nil {
		return 0, err
	}
	copied, err = io.CopyBuffer(struct{ io.Writer }{f}, struct{ io.Reader }{r}, make([]byte, copyBytes))
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return copied, fmt.Errorf("copy to %s: %w", name, err)
	}
	return copied, nil
}

func link(fsys afero.Fs, from, to string) error {
	if err := cancel.Done(fsys); err != nil {
		return err
	}
	switch f := cancel.Base(fsys).(type) {
	case Linker:
		return f.Link(from, to)
	case afero.OsFs, *afero.OsFs:
		return os.Link(from, to)
	}
	return errors.ErrUnsupported
}

// cannotLink reports that these two names cannot be linked, which says nothing about the health of the filesystem.
func cannotLink(err error) bool {
	return errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.EXDEV) || errors.Is(err, syscall.EPERM) ||
		errors.Is(err, syscall.EMLINK)
}

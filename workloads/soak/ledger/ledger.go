package ledger

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"github.com/spf13/afero"
)

// Ledger is a ledger open for appending.
type Ledger struct {
	fsys   afero.Fs
	name   string
	file   afero.File
	end    Mark
	broken error // the first failure, after which nothing is accepted
}

// Open opens a ledger, creating it durably if it does not exist. It calls visit with every event, truncates a torn last line, and
// makes everything that it has shown durable. floor is a position up to which the ledger is known to be durable, from a cursor.
// Errors: ErrDamaged, that of visit, and those of the filesystem.
func Open(fsys afero.Fs, name string, floor Mark, visit func(*Event) error) (*Ledger, error) {
	f, err := fsys.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	l := &Ledger{fsys: fsys, name: name, file: f}
	if l.end, err = read(f, name, floor, visit); err == nil {
		err = l.settle(floor)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return l, nil
}

// settle makes the ledger durable as it was read. Syncing alone would not do: a sync of an earlier process may have failed, after
// which the kernel regards the unwritten pages as clean. Everything behind the floor is therefore written again.
//
// NB: this must happen before the torn tail is truncated, with a sync between the two. If the truncation is not yet durable when the
// next page is written, ext4 with data=writeback may show the truncated bytes in that page after a crash.
func (l *Ledger) settle(floor Mark) error {
	for off := floor.Bytes; off < l.end.Bytes; {
		buf := make([]byte, min(readAtOnce, l.end.Bytes-off))
		if _, err := l.file.ReadAt(buf, off); err != nil {
			return err
		}
		if _, err := l.file.WriteAt(buf, off); err != nil {
			return err
		}
		off += int64(len(buf))
	}
	if err := l.file.Sync(); err != nil {
		return err
	}
	info, err := l.file.Stat()
	if err != nil {
		return err
	}
	if info.Size() > l.end.Bytes {
		if err := l.file.Truncate(l.end.Bytes); err != nil {
			return err
		}
		if err := l.file.Sync(); err != nil {
			return err
		}
	}
	return SyncDir(l.fsys, filepath.Dir(l.name))
}

// End returns the position after the last event. Everything before it is durable.
func (l *Ledger) End() Mark { return l.end }

// Append gives an event the next sequence number, writes it and makes it durable. If the error is ErrTooLong, nothing has changed.
// After any other error it is unknown whether the event is in the ledger, which accepts no more until it is opened again.
func (l *Ledger) Append(e *Event) error {
	if l.broken != nil {
		return fmt.Errorf("%w: %w", ErrBroken, l.broken)
	}
	e.Seq = l.end.Seq + 1
	text, err := encode(e)
	if err != nil {
		return err
	}
	if _, err = l.file.WriteAt(text, l.end.Bytes); err == nil {
		err = l.file.Sync()
	}
	if err != nil {
		l.broken = err
		return fmt.Errorf("ledger: append to %s: %w", l.name, err)
	}
	l.end = Mark{l.end.Bytes + int64(len(text)), e.Seq}
	return nil
}

// Close closes the file. Everything appended is durable already.
func (l *Ledger) Close() error { return l.file.Close() }

// SyncDir makes the names in a directory durable, if the filesystem can sync directories.
func SyncDir(fsys afero.Fs, dir string) error {
	d, err := fsys.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		err = nil
	}
	return errors.Join(err, d.Close())
}

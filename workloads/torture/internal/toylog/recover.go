package toylog

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/appendlog"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
)

// Open opens or creates a log with a bug.
func Open(env contract.Env, bug Bug) (*Log, error) {
	l := &Log{bug: bug, env: env, entries: map[uint64][]byte{}, starts: map[uint64]int64{}}
	if err := l.recover(); err != nil {
		if l.tail != nil {
			err = errors.Join(err, l.tail.Close())
		}
		return nil, err
	}
	return l, nil
}

func (l *Log) path(id uint64) string { return fmt.Sprintf("%s/%06d.seg", l.env.Dir, id) }

func (l *Log) recover() error {
	if err := l.env.FS.MkdirAll(l.env.Dir, 0o777); err != nil {
		return err
	}
	if err := syncDir(l.env.FS, path.Dir(l.env.Dir)); err != nil {
		return err
	}
	known, err := l.load()
	if err != nil {
		return err
	}
	if err := l.removeOthers(); err != nil {
		return err
	}
	if !known {
		return l.beginSegment(1, true)
	}
	l.last = l.list.Segments[0].Min - 1
	for _, s := range l.list.Segments {
		if err := l.readSegment(s); err != nil {
			return err
		}
	}
	return nil
}

// removeOthers removes the files that the list does not name.
func (l *Log) removeOthers() error {
	named := map[string]bool{path.Base(l.listPath()): true}
	for _, s := range l.list.Segments {
		named[path.Base(l.path(s.ID))] = true
	}
	d, err := l.env.FS.Open(l.env.Dir)
	if err != nil {
		return err
	}
	names, err := d.Readdirnames(0)
	if err := errors.Join(err, d.Close()); err != nil {
		return err
	}
	for _, name := range names {
		if !named[name] {
			if err := l.env.FS.Remove(path.Join(l.env.Dir, name)); err != nil {
				return err
			}
		}
	}
	return nil
}

// readSegment reads the valid entries of a segment. The tail is truncated at its first torn record; any other segment must be
// complete.
func (l *Log) readSegment(s segment) error {
	f, err := l.env.FS.OpenFile(l.path(s.ID), os.O_RDWR, 0o666)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: segment %d is missing", workloads.ErrCorrupt, s.ID)
	} else if err != nil {
		return err
	}
	data, err := io.ReadAll(f)
	if err != nil {
		return errors.Join(err, f.Close())
	}
	next := uint64(0)
	for rest := data; ; {
		entries, size := l.decode(s.ID, rest)
		if size == 0 || next > 0 && entries[0].Index != next {
			break
		}
		l.starts[entries[0].Index] = l.size
		for _, e := range entries {
			l.take(s, e)
		}
		next = entries[0].Index + uint64(len(entries))
		rest, l.size = rest[size:], l.size+int64(size)
	}
	if s.Max > 0 {
		if err = f.Close(); err == nil && l.last < s.Max {
			err = fmt.Errorf("%w: segment %d ends with entry %d, want %d", workloads.ErrCorrupt, s.ID, l.last, s.Max)
		}
		l.size, l.starts = 0, map[uint64]int64{}
		return err
	}
	l.tail = f
	if l.size < s.Size && l.bug != StaleRecords {
		return fmt.Errorf("%w: segment %d has %d valid bytes, want at least %d", workloads.ErrCorrupt, s.ID, l.size, s.Size)
	}
	if l.size == int64(len(data)) || l.bug == StaleRecords {
		return nil
	}
	return errors.Join(f.Truncate(l.size), f.Sync())
}

// take adds an entry of a segment to the log if the list says that it is part of it.
func (l *Log) take(s segment, e appendlog.Entry) {
	switch _, known := l.entries[e.Index]; {
	case e.Index < s.Min, s.Max > 0 && e.Index > s.Max:
	case known && l.bug == OldEntriesWin:
	case e.Index == l.last+1, known:
		l.entries[e.Index], l.last = e.Data, max(l.last, e.Index)
	}
}

// encode returns the record of a batch in a segment.
func encode(segment uint64, entries []appendlog.Entry) []byte {
	record := binary.LittleEndian.AppendUint64(make([]byte, 8), entries[0].Index)
	for _, e := range entries {
		record = binary.LittleEndian.AppendUint32(record, uint32(len(e.Data)))
		record = append(record, e.Data...)
	}
	binary.LittleEndian.PutUint32(record, uint32(len(record)-8))
	binary.LittleEndian.PutUint32(record[4:], checksum(segment, record[8:]))
	return record
}

// checksum also covers the number of the segment, so that a misplaced block of another segment is not valid in this one.
func checksum(segment uint64, body []byte) uint32 { return crc32.ChecksumIEEE(body) ^ uint32(segment) }

// decode returns the entries of the first record and its size; 0 if there is none.
func (l *Log) decode(segment uint64, data []byte) (entries []appendlog.Entry, size int) {
	if len(data) < 8 {
		return nil, 0
	}
	n := int(binary.LittleEndian.Uint32(data))
	if n < 12 || n > len(data)-8 {
		return nil, 0
	}
	body := data[8 : 8+n]
	if checksum(segment, body) != binary.LittleEndian.Uint32(data[4:]) && l.bug != NoChecksum {
		return nil, 0
	}
	index := binary.LittleEndian.Uint64(body)
	for body = body[8:]; len(body) >= 4; index++ {
		end := 4 + min(int(binary.LittleEndian.Uint32(body)), len(body)-4)
		entries = append(entries, appendlog.Entry{Index: index, Data: body[4:end]})
		body = body[end:]
	}
	return entries, 8 + n
}

func syncDir(fs afero.Fs, name string) error {
	d, err := fs.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

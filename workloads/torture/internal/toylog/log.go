package toylog

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"os"
	"sync"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/appendlog"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
)

// Log is an open log. All of its entries are also in memory.
type Log struct {
	mu      sync.Mutex
	bug     Bug
	env     contract.Env
	list    list
	tail    afero.File
	size    int64            // size of the tail
	starts  map[uint64]int64 // offsets of the tail's records, by first index
	entries map[uint64][]byte
	last    uint64
	lie     uint64 // the last index that a log with the bug LastIsLate reports
	broken  error
}

var (
	_ appendlog.FrontTruncater = (*Log)(nil)
	_ appendlog.BackTruncater  = (*Log)(nil)
	_ appendlog.Values         = (*Log)(nil)
	_ workloads.Syncer         = (*Log)(nil)
)

// segmentBytes returns the maximum size of a segment, unless a single record is larger.
func (l *Log) segmentBytes() int64 { return cmp.Or(l.env.Limits["segment"], 4096) }

// First returns the index of the first entry, or of the next one if the log is empty.
func (l *Log) First() (uint64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.refusal(); err != nil {
		return 0, err
	}
	return l.list.Segments[0].Min, nil
}

// Last returns the index of the last entry, or the index before the next one if the log is empty.
func (l *Log) Last() (uint64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return max(l.last, l.lie), l.refusal()
}

// Entry returns the data of an entry.
func (l *Log) Entry(index uint64) ([]byte, bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	data, ok := l.entries[index]
	return bytes.Clone(data), ok, l.refusal()
}

// Get returns a value.
func (l *Log) Get(key []byte) ([]byte, bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	value, ok := l.list.Values[string(key)]
	return bytes.Clone(value), ok, l.refusal()
}

// change makes a change. After an error the log accepts no more changes.
func (l *Log) change(do func() error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.refusal(); err != nil {
		return err
	}
	l.broken = do()
	return l.broken
}

// refusal returns the error of all calls after a failed change, because memory and disk may differ from then on.
func (l *Log) refusal() error {
	if l.broken == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", workloads.ErrRefused, l.broken)
}

// Append appends a batch as one record.
func (l *Log) Append(entries []appendlog.Entry, d history.Durability) error {
	return l.change(func() error {
		if entries[0].Index != l.last+1 {
			return fmt.Errorf("toylog: entry %d after %d", entries[0].Index, l.last)
		}
		if record := encode(0, entries); l.size > 0 && l.size+int64(len(record)) > l.segmentBytes() {
			if err := l.rotate(); err != nil {
				return err
			}
		}
		each := len(entries)
		if l.bug == SplitBatch {
			each = 1
		}
		for from := 0; from < len(entries); from += each {
			if err := l.write(entries[from : from+each]); err != nil {
				return err
			}
		}
		if d != history.Sync || l.bug == NoDataSync {
			return nil
		}
		return l.tail.Sync()
	})
}

func (l *Log) write(entries []appendlog.Entry) error {
	record := encode(l.list.latest, entries)
	if _, err := l.tail.WriteAt(record, l.size); err != nil {
		return err
	}
	l.starts[entries[0].Index] = l.size
	l.size += int64(len(record))
	for _, e := range entries {
		l.entries[e.Index], l.last = bytes.Clone(e.Data), e.Index
	}
	l.lie = 0
	return nil
}

// Sync makes everything durable.
func (l *Log) Sync() error {
	if l.bug == SyncDoesNothing {
		return nil
	}
	return l.change(func() error { return l.tail.Sync() }) // not l.tail.Sync as a method value: the tail may be read only with mu held
}

// Set stores a value. It first syncs what was appended before, because a crash must lose a suffix of all changes.
func (l *Log) Set(key, value []byte, _ history.Durability) error {
	return l.change(func() error {
		if err := l.tail.Sync(); err != nil {
			return err
		}
		l.list.Values[string(key)] = bytes.Clone(value)
		return l.save(l.bug != ValueNotDurable)
	})
}

// rotate starts a new segment.
func (l *Log) rotate() error {
	if l.bug != RotatesUnsynced {
		if err := l.tail.Sync(); err != nil {
			return err
		}
	}
	l.list.end().Max = l.last
	return l.beginSegment(l.last+1, true)
}

// beginSegment creates a segment, makes it the tail, and saves the list.
func (l *Log) beginSegment(next uint64, durable bool) error {
	if l.tail != nil {
		err := l.tail.Close()
		if l.tail = nil; err != nil {
			return err
		}
	}
	s := segment{ID: l.list.latest + 1, Min: next}
	var err error
	if l.tail, err = l.env.FS.OpenFile(l.path(s.ID), os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o666); err != nil {
		return err
	}
	if l.bug != NoDirSync {
		if err := syncDir(l.env.FS, l.env.Dir); err != nil {
			return err
		}
	}
	l.size, l.starts = 0, map[uint64]int64{}
	l.list.Segments = append(l.list.Segments, s)
	l.list.latest = s.ID
	return l.save(durable)
}

// Close makes everything durable and closes the log.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	err := l.broken
	if err == nil {
		err = l.tail.Sync()
	}
	l.broken = errors.New("toylog: closed")
	if l.tail == nil { // a change failed between two segments
		return err
	}
	return errors.Join(err, l.tail.Close())
}

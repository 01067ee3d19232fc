package toylog

import (
	"slices"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// TruncateFront drops every entry before keep. Segments that become empty are removed once the list without them is durable.
func (l *Log) TruncateFront(keep uint64, _ history.Durability) error {
	return l.change(func() error {
		first := l.list.Segments[0].Min
		if keep = min(keep, l.last+1); keep <= first {
			return nil
		}
		if err := l.tail.Sync(); err != nil {
			return err
		}
		limit := keep
		if l.bug == OffByOne {
			limit++
		}
		var gone []segment
		for len(l.list.Segments) > 1 && l.list.Segments[0].Max < limit {
			gone, l.list.Segments = append(gone, l.list.Segments[0]), l.list.Segments[1:]
		}
		l.list.Segments[0].Min = max(keep, l.list.Segments[0].Min)
		for i := first; i < l.list.Segments[0].Min; i++ {
			delete(l.entries, i)
		}
		if l.bug == FrontRemovesFirst {
			if err := l.remove(gone); err != nil {
				return err
			}
			gone = nil
		}
		if err := l.save(l.bug != FrontNotDurable); err != nil {
			return err
		}
		return l.remove(gone)
	})
}

// TruncateBack drops every entry from an index on. Later entries go to a new segment.
func (l *Log) TruncateBack(from uint64, _ history.Durability) error {
	return l.change(func() error {
		if from > l.last {
			return nil
		}
		from = max(from, l.list.Segments[0].Min)
		if err := l.tail.Sync(); err != nil {
			return err
		}
		if l.bug == LastIsLate {
			l.lie = l.last
		}
		if at, ok := l.starts[from]; ok && l.bug == StaleRecords {
			l.forget(from)
			return l.mark(at)
		}
		at := slices.IndexFunc(l.list.Segments, func(s segment) bool { return s.Min >= from })
		if at < 0 {
			at = len(l.list.Segments)
		}
		gone := slices.Clone(l.list.Segments[at:])
		l.list.Segments = l.list.Segments[:at:at]
		if at > 0 {
			s := l.list.end()
			if l.bug != OldEntriesWin {
				s.Max = from - 1
			} else if s.Max == 0 {
				s.Max = l.last
			}
		}
		l.forget(from)
		if err := l.beginSegment(from, l.bug != BackNotDurable); err != nil {
			return err
		}
		return l.remove(gone)
	})
}

func (l *Log) forget(from uint64) {
	for i := from; i <= l.last; i++ {
		delete(l.entries, i)
		delete(l.starts, i)
	}
	l.last = from - 1
}

// mark durably ends the tail at an offset by zeroing the length there, without truncating the file.
func (l *Log) mark(at int64) error {
	l.size = at
	if _, err := l.tail.WriteAt(make([]byte, 4), at); err != nil {
		return err
	}
	return l.tail.Sync()
}

func (l *Log) remove(gone []segment) error {
	for _, s := range gone {
		if err := l.env.FS.Remove(l.path(s.ID)); err != nil {
			return err
		}
	}
	return nil
}

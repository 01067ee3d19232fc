package manifest

import (
	"cmp"
	"slices"

	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/wal"
)

// LogEnd records that a log is complete and that everything in it is durable. Whatever is found later is the whole log,
// or damage.
type LogEnd struct {
	Num   uint64
	Bytes uint64 // length of the file, without zeros written ahead
}

// LogEnd returns the length of a complete log, or 0 if it is unknown.
func (s *State) LogEnd(num uint64) int64 {
	if i, found := s.findLogEnd(num); found {
		return int64(s.LogEnds[i].Bytes)
	}
	return 0
}

func (s *State) findLogEnd(num uint64) (int, bool) {
	return slices.BinarySearchFunc(s.LogEnds, num, func(l LogEnd, num uint64) int { return cmp.Compare(l.Num, num) })
}

// applyLogEnds adds the log ends in an edit, and forgets those of logs that the edit makes obsolete.
func (s *State) applyLogEnds(e Edit) error {
	for _, l := range e.LogEnds {
		i, found := s.findLogEnd(l.Num)
		if found {
			return corrupt.At("manifest", 0, "edit ends log %d, which has already ended", l.Num)
		}
		s.LogEnds = slices.Concat(s.LogEnds[:i], []LogEnd{l}, s.LogEnds[i:])
	}
	if obsolete, _ := s.findLogEnd(s.LogFloor); obsolete < len(s.LogEnds) {
		s.LogEnds = s.LogEnds[obsolete:]
	} else {
		s.LogEnds = nil
	}
	return nil
}

// checkLogEnds reports log ends that no store can have.
func (s *State) checkLogEnds() error {
	for _, l := range s.LogEnds {
		if l.Num > NumMax || l.Bytes == 0 || l.Bytes > wal.LogBytesMax {
			return corrupt.At("manifest", 0, "log %d ends at %d, want a number up to %d and an end from 1 to %d",
				l.Num, l.Bytes, uint64(NumMax), int64(wal.LogBytesMax))
		}
	}
	return nil
}

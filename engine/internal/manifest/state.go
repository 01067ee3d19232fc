package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/wal"
)

// Levels is the number of levels of a store.
const Levels = 7

// State is the result of all edits so far. Level 0 is ordered newest table first, other levels by key.
type State struct {
	Version            uint64 // the version of the format; at least 1
	NextFile, LogFloor uint64
	LastSeq            key.Seq
	Levels             [Levels][]Table
	BlobFiles          []BlobFile // in order of their numbers
	LogEnds            []LogEnd   // of complete logs, in order of their numbers
}

// Load reads a manifest from its bytes. mentioned contains the number of every table and blob file that the manifest
// ever named. name is for errors; num, the manifest's number, is part of its checksums.
func Load(content []byte, name string, num uint64) (s State, mentioned map[uint64]bool, err error) {
	r := wal.NewReader(content, name, num)
	mentioned = map[uint64]bool{}
	for edits := 0; ; edits++ {
		record, err := r.Next()
		if errors.Is(err, io.EOF) && edits > 0 {
			return s, mentioned, nil
		}
		if errors.Is(err, io.EOF) {
			return State{}, nil, corrupt.At(name, 0, "no edit, although a marker names the manifest")
		}
		if err != nil {
			return State{}, nil, err
		}
		e, err := DecodeEdit(record)
		if err == nil {
			err = s.Apply(e)
		}
		if err != nil {
			return State{}, nil, fmt.Errorf("%s edit %d: %w", name, edits, err)
		}
		for _, p := range e.Added {
			mentioned[p.Num] = true
		}
		for _, f := range e.BlobFilesAdded {
			mentioned[f.Num] = true
		}
	}
}

// Apply applies an edit to the state. Slices of levels changed by the edit are replaced, never modified, so a shallow
// copy of an earlier state stays valid. After an error the state is undefined.
func (s *State) Apply(e Edit) error {
	s.Version = max(s.Version, e.Version, 1)
	s.NextFile, s.LogFloor = max(s.NextFile, e.NextFile), max(s.LogFloor, e.LogFloor)
	s.LastSeq = max(s.LastSeq, e.LastSeq)
	for _, d := range e.Deleted {
		level := s.Levels[d.Level]
		i := slices.IndexFunc(level, func(t Table) bool { return t.Num == d.Num })
		if i < 0 {
			return corrupt.At("manifest", 0, "edit deletes table %d of level %d, which is not listed", d.Num, d.Level)
		}
		s.Levels[d.Level] = slices.Concat(level[:i], level[i+1:])
	}
	for _, p := range e.Added {
		level := s.Levels[p.Level]
		i, found := slices.BinarySearchFunc(level, p.Table, order(p.Level))
		if found {
			return corrupt.At("manifest", 0, "edit adds table %d to level %d, which has table %d in that place", p.Num, p.Level, level[i].Num)
		}
		s.Levels[p.Level] = slices.Concat(level[:i], []Table{p.Table}, level[i:])
	}
	if err := s.applyLogEnds(e); err != nil {
		return err
	}
	return s.applyBlobFiles(e)
}

// order compares tables by their position in a level.
func order(level int) func(a, b Table) int {
	if level == 0 {
		return func(a, b Table) int { return int(min(max(int64(b.Num)-int64(a.Num), -1), 1)) }
	}
	return func(a, b Table) int { return bytes.Compare(a.Smallest, b.Smallest) }
}

// Check reports as corruption any state that no sequence of flushes and compactions can produce: overlapping tables in
// a level below 0, inverted bounds, a number used twice, or a number beyond its counter.
func (s *State) Check() error {
	if s.NextFile > NumMax || s.LogFloor > NumMax || s.LastSeq > SeqMax {
		return corrupt.At("manifest", 0, "next file %d, log floor %d and last sequence number %d are not all below %d and %d",
			s.NextFile, s.LogFloor, s.LastSeq, uint64(NumMax), SeqMax)
	}
	seen := map[uint64]bool{}
	for l, level := range s.Levels {
		for i, t := range level {
			switch {
			case t.Num > NumMax || t.MaxSeq > SeqMax || t.MinSeq > t.MaxSeq:
				return corrupt.At("manifest", 0, "table %d has sequence numbers %d to %d", t.Num, t.MinSeq, t.MaxSeq)
			case seen[t.Num]:
				return corrupt.At("manifest", 0, "table %d is listed twice", t.Num)
			case bytes.Compare(t.Smallest, t.Largest) > 0:
				return corrupt.At("manifest", 0, "table %d has its smallest key after its largest", t.Num)
			case l > 0 && i > 0 && bytes.Compare(level[i-1].Largest, t.Smallest) >= 0:
				return corrupt.At("manifest", 0, "tables %d and %d of level %d overlap", level[i-1].Num, t.Num, l)
			}
			seen[t.Num] = true
		}
	}
	if err := s.checkLogEnds(); err != nil {
		return err
	}
	return s.checkBlobs()
}

// Snapshot returns the edit that leads from the empty state to this one.
func (s *State) Snapshot() Edit {
	e := Edit{Version: s.Version, NextFile: s.NextFile, LogFloor: s.LogFloor, LastSeq: s.LastSeq}
	for l, level := range s.Levels {
		for _, t := range level {
			e.Added = append(e.Added, Placed{l, t})
		}
	}
	e.BlobFilesAdded, e.LogEnds = s.BlobFiles, s.LogEnds
	return e
}

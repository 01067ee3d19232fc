package engine

import (
	"errors"
	"io"

	"github.com/lightningdb/lightning-torture/engine/internal/batch"
	"github.com/lightningdb/lightning-torture/engine/internal/blob"
	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/filename"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/manifest"
	"github.com/lightningdb/lightning-torture/engine/internal/memtable"
	"github.com/lightningdb/lightning-torture/engine/internal/view"
	"github.com/lightningdb/lightning-torture/engine/internal/wal"
)

// replay puts the commits of every live log into a memtable of its own and publishes them.
//
// Sequence numbers run without a gap from the tables through all logs. A power cut may leave a gap where a log ends,
// because a log need not be durable when the next one begins. Nothing after such a gap was acknowledged with Sync: a
// Sync commit makes all earlier logs durable first. So everything after the gap can be dropped, and must be, or a
// commit would survive without one that precedes it (I3). Two things turn a gap into damage: the earlier log is missing
// altogether, or a later record proves that everything before it had been durable. If the manifest records where a log
// was closed, any part of the log missing before that point is damage.
func (db *DB) replay(f *found, s *manifest.State) error {
	for _, l := range f.MissingLogs(s) {
		return corrupt.At(filename.Log(l.Num), 0, "missing, although it was closed at %d", l.Bytes)
	}
	var mems []*view.Mem
	var before wal.Before // the preceding live log and where it ended
	last := s.LastSeq
	for i, num := range f.Logs {
		if num < s.LogFloor {
			continue
		}
		l := replayedLog{num: num, end: s.LogEnd(num)}
		err := db.replayLog(&l, last)
		if gap := (*gapError)(nil); errors.As(err, &gap) && i > 0 && gap.before == f.Logs[i-1] &&
			gap.before >= s.LogFloor && db.proveNothing(f.Logs[i:]) {
			f.severed = f.Logs[i:]
			break
		}
		if err == nil {
			err = l.follows(before, s.LogFloor)
		}
		if err != nil {
			return err
		}
		before = wal.Before{Num: num, Bytes: l.end}
		if l.mem == nil {
			f.hollow = append(f.hollow, num)
			continue
		}
		db.catalog.logs = append(db.catalog.logs, num)
		if !l.mem.Empty() {
			mems, last = append(mems, l.mem), l.mem.LastSeq
		}
	}
	db.begin(mems, last)
	return nil
}

// replayedLog is a live log during recovery.
type replayedLog struct {
	num    uint64
	end    int64     // before reading: where it was closed, or 0 if unknown; after reading: where it ends
	mem    *view.Mem // its commits; nil if the file is empty
	before wal.Before
	proof  bool // it proves that all earlier logs were durable in full
}

// follows checks a log's statement about its predecessor against what was read of the predecessor. A log can prove
// where the one before it ended even if none of its own commits is durable, so that no sequence number reveals a gap.
func (l *replayedLog) follows(before wal.Before, floor uint64) error {
	said := l.before
	switch {
	case !l.proof || said.Num < floor || said.Bytes == 0:
	case said.Num != before.Num:
		return corrupt.At(filename.Log(said.Num), 0, "missing, although %s proves that it was durable", filename.Log(l.num))
	case said.Bytes > before.Bytes:
		return corrupt.At(filename.Log(said.Num), before.Bytes, "ends here, but %s proves that %d bytes were durable",
			filename.Log(l.num), said.Bytes)
	}
	return nil
}

// gapError says that a log does not begin where its predecessor ends.
type gapError struct {
	error
	before uint64
}

func (e *gapError) Unwrap() error { return e.error }

// replayLog reads a log. Its first commit must follow last.
func (db *DB) replayLog(l *replayedLog, last key.Seq) error {
	name := filename.Log(l.num)
	content, err := db.dir.ReadFile(name, wal.LogBytesMax)
	if err != nil {
		return corrupt.Missing(name, err)
	}
	if len(content) == 0 && l.end == 0 {
		return nil
	}
	r := wal.NewReader(content, name, l.num)
	r.EndsAt(l.end)
	m := &view.Mem{Table: memtable.New(len(content)), LogNum: l.num, LastSeq: last}
	m.Table.IndexAt(db.opts.Limits.IndexEntries)
	in := m.Table.Inserter()
	for {
		record, err := r.Next()
		if errors.Is(err, io.EOF) {
			l.mem, l.end, l.before, l.proof = m, r.Offset(), r.Before(), r.Proof()
			return nil
		}
		if err != nil {
			return err
		}
		if b, ok := batch.Read(record); !ok || b.Seq != m.LastSeq+1 {
			err := corrupt.At(name, r.Offset(), "commit %d follows commit %d", b.Seq, m.LastSeq)
			if ok && b.Seq > last && m.Empty() {
				return &gapError{err, r.Before().Num}
			}
			return err
		}
		if m.LastSeq, err = m.Insert(record, &in, name); err != nil {
			return err
		}
		if err := db.replayRefs(record, m, name); err != nil {
			return err
		}
	}
}

// replayRefs makes a memtable hold the blob files that a log record refers to. The values were durable before the
// record was written, so a missing one is corruption.
func (db *DB) replayRefs(record []byte, m *view.Mem, name string) error {
	ops, _ := batch.Read(record)
	for ops.Left > 0 {
		tr, _ := ops.Next()
		if tr.Kind() != key.BlobSet {
			continue
		}
		ref, ok := blob.DecodeRef(ops.Value)
		if !ok {
			return corrupt.At(name, 0, "commit %d: malformed blob reference %x", tr.Seq(), ops.Value)
		}
		if err := db.blobs.Need(&db.files, ref.File, ref.End()); err != nil {
			return err
		}
		m.Hold(db.blobs.All()[ref.File])
	}
	return nil
}

// proveNothing reports whether all the logs are readable and none proves that what came before it was durable.
func (db *DB) proveNothing(logs []uint64) bool {
	for _, num := range logs {
		content, err := db.dir.ReadFile(filename.Log(num), wal.LogBytesMax)
		if err != nil || wal.Proves(content, filename.Log(num), num) {
			return false
		}
	}
	return true
}

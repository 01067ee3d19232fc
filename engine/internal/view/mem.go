package view

import (
	"bytes"
	"slices"

	"github.com/lightningdb/lightning-torture/engine/internal/batch"
	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/memtable"
	"github.com/lightningdb/lightning-torture/engine/internal/rangedel"
	"github.com/lightningdb/lightning-torture/engine/internal/wal"
)

// Mem is a memtable with its log and the range deletes in that log.
type Mem struct {
	Table    *memtable.Table
	Ranges   rangedel.Live
	Log      *wal.Writer // nil if the memtable was replayed
	LogNum   uint64
	Reserved int     // bytes of the commits it has received or has room reserved for; guarded by DB.commitMu
	LastSeq  key.Seq // its last commit, once it is frozen

	Views     int         // number of views that show it; guarded by DB.mu
	Blobs     []*BlobFile // files that its entries refer to; guarded by DB.mu
	BlobBytes uint64      // bytes that its entries refer to; guarded by commitMu
}

// Replayed reports whether the memtable was replayed from a log of an earlier session.
func (m *Mem) Replayed() bool { return m.Log == nil }

// Insert adds the writes of an encoded batch and returns the last sequence number. file is the name to report if the
// bytes are not a batch.
func (m *Mem) Insert(data []byte, in *memtable.Inserter, file string) (key.Seq, error) {
	r, ok := batch.Read(data)
	for ok && r.Left > 0 {
		var tr key.Trailer
		if tr, ok = r.Next(); ok {
			m.add(in, r.User, tr, r.Value)
		}
	}
	if !ok || len(r.Rest) > 0 {
		return 0, corrupt.At(file, 0, "malformed batch at sequence number %d", r.Seq)
	}
	return r.Seq - 1, nil
}

// add adds a write of a batch.
func (m *Mem) add(in *memtable.Inserter, user []byte, tr key.Trailer, value []byte) {
	if tr.Kind() == key.RangeDelete {
		m.Ranges.Add(rangedel.NewTombstone(user, value, tr.Seq()))
		return
	}
	in.Add(user, tr, value)
}

// Empty reports whether the memtable holds neither entries nor range deletes.
func (m *Mem) Empty() bool { return m.Table.Empty() && m.Ranges.Empty() }

// Bytes returns roughly how much memory the memtable takes.
func (m *Mem) Bytes() int { return m.Table.Bytes() + m.Ranges.Bytes() }

// GetBeside returns the newest entry of user at seq in a memtable, taking into account the range deletes kept with it.
// An entry that these hide counts as deleted, also if it is in an older memtable or a table.
func GetBeside(t *memtable.Table, ranges *rangedel.Live, user []byte, seq key.Seq) (
	value []byte, kind key.Kind, ok bool,
) {
	if ranges.Empty() {
		return t.Get(user, seq)
	}
	hider := ranges.Newest(user, seq)
	value, kind, ok = t.Get(user, seq)
	if hider == 0 || ok && seqOf(t.NewIterator(), user, seq) > hider {
		return value, kind, ok
	}
	return nil, key.Delete, true
}

// seqOf returns the sequence number of the newest entry of user at seq, which must exist.
//
// Only keys covered by a range delete of the same memtable or table need this second search.
func seqOf(it key.Iterator, user []byte, seq key.Seq) (newest key.Seq) {
	if it.SeekGE(user, seq) && bytes.Equal(it.Key(), user) {
		newest = it.Trailer().Seq()
	}
	return newest
}

// Hold makes the memtable hold a blob file that its entries refer to. The caller holds DB.mu.
func (m *Mem) Hold(f *BlobFile) {
	if !slices.Contains(m.Blobs, f) {
		m.Blobs = append(m.Blobs, f)
		HoldYoung(f)
	}
}

package rewrite

import (
	"bytes"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/rangedel"
)

// rangeWriter is the part of a rewriter that handles range deletes. Tables do not share user keys: if a table ends
// after key K, its range deletes end there too, and continue in the next table from the first key after K.
type rangeWriter struct {
	all      rangedel.Set // range deletes that snapshots and readers of the present see
	kept     rangedel.Set // those of all that are written to tables
	next     int          // index in kept of the first that starts after position
	bytes    uint64       // rough size of the range deletes placed in the current table
	from     []byte       // where the current table begins; everything before it is written
	position []byte       // the key placed last: that of an entry, or the start of a range delete
}

// Points returns the sequence numbers at which a reader may read, one per stripe.
func (r *Rewriter) Points() []key.Seq {
	return append(append(make([]key.Seq, 0, len(r.Snapshots)+1), r.Snapshots...), key.MaxSeq)
}

// Delete passes the range deletes to the rewriter. It returns those that hide everything older from every reader.
func (r *Rewriter) Delete(sets []rangedel.Set) (hidden []rangedel.Set) {
	points := r.Points()
	r.all = rangedel.Merge(points, sets...)
	if len(r.all) == 0 {
		return nil
	}
	needed := make(rangedel.Set, 0, len(r.all))
	for _, t := range r.all {
		if t.Seq <= points[0] && r.Gone != nil && r.Gone(t.Start, t.Last()) {
			r.Dropped++
			continue
		}
		needed = append(needed, t)
	}
	r.kept = rangedel.Merge(points, needed)
	return []rangedel.Set{rangedel.Merge(points[:1], r.all)}
}

// deleted reports whether a range delete of the same stripe hides an entry.
func (r *Rewriter) deleted(user []byte, seq key.Seq, stripe int) bool {
	if len(r.all) == 0 {
		return false
	}
	point := key.MaxSeq
	if stripe < len(r.Snapshots) {
		point = r.Snapshots[stripe]
	}
	return r.all.Newest(user, point) > seq
}

// place makes sure that there is a table for a key, which is that of an entry or the start of a range delete. A table
// ends only between keys.
func (r *Rewriter) place(user []byte) error {
	if r.writer != nil && r.Split && !bytes.Equal(user, r.position) &&
		int64(r.writer.EstimatedBytes()+r.bytes) >= r.Store.Options.TableBytes {
		if err := r.finish(rangedel.After(r.position)); err != nil {
			return err
		}
	}
	r.position = append(r.position[:0], user...)
	if r.writer == nil {
		return r.begin()
	}
	return nil
}

// placeRanges places the range deletes that start at or before user.
func (r *Rewriter) placeRanges(user []byte) error {
	for r.next < len(r.kept) && bytes.Compare(r.kept[r.next].Start, user) <= 0 {
		if err := r.placeRange(); err != nil {
			return err
		}
	}
	return nil
}

// placeRest places the remaining range deletes.
func (r *Rewriter) placeRest() error {
	for r.next < len(r.kept) {
		if err := r.placeRange(); err != nil {
			return err
		}
	}
	return nil
}

func (r *Rewriter) placeRange() error {
	t := r.kept[r.next]
	r.next++
	err := r.place(t.Start)
	r.bytes += uint64(len(t.Start) + len(t.End) + sequenceBytes)
	return err
}

// sequenceBytes is roughly what a range delete takes in a table besides its keys.
const sequenceBytes = 10

// cut returns the range deletes of a table that ends before upto; an empty key means the end of all keys.
func (r *Rewriter) cut(upto []byte) rangedel.Set {
	ranges := r.kept.Clip(r.from, upto)
	r.from, r.bytes = upto, 0
	return ranges
}

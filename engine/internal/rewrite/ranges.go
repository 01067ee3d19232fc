package rewrite

import (
	"bytes"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/rangedel"
)

// rangeWriter is the part of a rewriter that deals with range deletes. Tables do not share user keys: where one ends
// after key K, its range deletes also end there, and go on in the next table from the key that follows K.
type rangeWriter struct {
	all      rangedel.Set // what snapshots, and readers of the present, see
	kept     rangedel.Set // what of it goes to tables
	next     int          // index in kept of the first that starts after the last place
	bytes    uint64       // about what the range deletes placed since the table began take
	from     []byte       // where the table begins; what lies before is written
	position []byte       // the last place: the key of an entry, or the start of a range delete
}

// Points returns the sequence numbers that a reader may read at, one for each stripe.
func (r *Rewriter) Points() []key.Seq {
	return append(append(make([]key.Seq, 0, len(r.Snapshots)+1), r.Snapshots...), key.MaxSeq)
}

// Delete gives the rewriter its range deletes. It returns those that hide everything older from every reader.
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

// place makes sure that there is a table that the key, of an entry or the start of a range delete, may go to. A table
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

// placeRanges places the range deletes that start at user or before.
func (r *Rewriter) placeRanges(user []byte) error {
	for r.next < len(r.kept) && bytes.Compare(r.kept[r.next].Start, user) <= 0 {
		if err := r.placeRange(); err != nil {
			return err
		}
	}
	return nil
}

// placeRest places all other range deletes.
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

// sequenceBytes is about what a range delete takes in a table beside its keys.
const sequenceBytes = 10

// cut returns the range deletes of the table that ends before upto; an empty key is the end of all.
func (r *Rewriter) cut(upto []byte) rangedel.Set {
	ranges := r.kept.Clip(r.from, upto)
	r.from, r.bytes = upto, 0
	return ranges
}

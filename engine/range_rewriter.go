package engine

import (
	"bytes"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/rangedel"
	"github.com/lightningdb/lightning-torture/engine/internal/view"
)

// rangeWriter is the part of a rewriter that knows range deletes. Tables do not share user keys: where one ends behind
// key K, its range deletes end there too, and go on in the next table from the key that follows K.
type rangeWriter struct {
	all      rangedel.Set // what snapshots, and readers of the present, see
	kept     rangedel.Set // what of it goes to tables
	next     int          // index in kept of the first that starts behind the last place
	bytes    uint64       // about what those before take that were placed since the last table began
	from     []byte       // where the table begins; what lies before is written
	position []byte       // the last place: the key of an entry, or the start of a range delete
}

// points returns the sequence numbers that somebody may read at, one for each stripe.
func (r *rewriter) points() []key.Seq {
	return append(append(make([]key.Seq, 0, len(r.snapshots)+1), r.snapshots...), key.MaxSeq)
}

// delete gives the rewriter its range deletes. It returns those that hide everything older from every reader.
func (r *rewriter) delete(sets []rangedel.Set) (hidden []rangedel.Set) {
	points := r.points()
	r.all = rangedel.Merge(points, sets...)
	if len(r.all) == 0 {
		return nil
	}
	needed := make(rangedel.Set, 0, len(r.all))
	for _, t := range r.all {
		if t.Seq <= points[0] && r.gone != nil && r.gone(t.Start, t.Last()) {
			r.dropped++
			continue
		}
		needed = append(needed, t)
	}
	r.kept = rangedel.Merge(points, needed)
	return []rangedel.Set{rangedel.Merge(points[:1], r.all)}
}

// deleted reports whether a range delete of the same stripe hides an entry.
func (r *rewriter) deleted(user []byte, seq key.Seq, stripe int) bool {
	if len(r.all) == 0 {
		return false
	}
	point := key.MaxSeq
	if stripe < len(r.snapshots) {
		point = r.snapshots[stripe]
	}
	return r.all.Newest(user, point) > seq
}

// place makes sure that there is a table that the key, of an entry or the start of a range delete, may go to. A table
// ends only between keys.
func (r *rewriter) place(user []byte) error {
	if r.writer != nil && r.split && !bytes.Equal(user, r.position) &&
		int64(r.writer.EstimatedBytes()+r.bytes) >= r.db.opts.TableBytes {
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
func (r *rewriter) placeRanges(user []byte) error {
	for r.next < len(r.kept) && bytes.Compare(r.kept[r.next].Start, user) <= 0 {
		if err := r.placeRange(); err != nil {
			return err
		}
	}
	return nil
}

// placeRest places all other range deletes.
func (r *rewriter) placeRest() error {
	for r.next < len(r.kept) {
		if err := r.placeRange(); err != nil {
			return err
		}
	}
	return nil
}

func (r *rewriter) placeRange() error {
	t := r.kept[r.next]
	r.next++
	err := r.place(t.Start)
	r.bytes += uint64(len(t.Start) + len(t.End) + sequenceBytes)
	return err
}

// sequenceBytes is about what a range delete takes in a table beside its keys.
const sequenceBytes = 10

// cut returns the range deletes of the table that ends before upto; an empty key is the end of all.
func (r *rewriter) cut(upto []byte) rangedel.Set {
	ranges := r.kept.Clip(r.from, upto)
	r.from, r.bytes = upto, 0
	return ranges
}

// memRanges returns what readers at the points see of the range deletes of memtables.
func memRanges(mems []*view.Mem, points []key.Seq) (sets []rangedel.Set) {
	for _, m := range mems {
		if m.Ranges.Empty() {
			continue
		}
		for _, point := range points {
			sets = append(sets, m.Ranges.At(point))
		}
	}
	return sets
}

// ranges returns the range deletes of all inputs.
func (c *compaction) ranges() (sets []rangedel.Set) {
	for _, tables := range c.inputs {
		for _, t := range tables {
			sets = append(sets, t.Reader.Ranges())
		}
	}
	return sets
}

// reclaims reports whether to rewrite the one input of a move drops range deletes that have nothing left to hide.
func (c *compaction) reclaims(v *view.Version) bool {
	for _, t := range c.inputs[c.level] {
		if len(t.Reader.Ranges()) > 0 && !v.Below(c.output, t.Smallest, t.Largest) {
			return true
		}
	}
	return false
}

package rewrite

import (
	"bytes"
	"errors"
	"sort"

	"github.com/lightningdb/lightning-torture/engine/internal/durable"
	"github.com/lightningdb/lightning-torture/engine/internal/filename"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/manifest"
	"github.com/lightningdb/lightning-torture/engine/internal/sst"
	"github.com/lightningdb/lightning-torture/engine/internal/view"
)

// Rewriter writes the entries of an iterator and range deletes to new tables, leaving out what no reader can see.
//
// Stripes decide what that is. The open snapshots divide the sequence numbers into stripes: one up to each snapshot,
// and one beyond the newest. No reader distinguishes two versions of a key in the same stripe, so only the newest of
// them is kept (I9). A tombstone in a younger stripe must stay: some snapshot keeps the version below, and the tombstone
// hides it from newer readers. In the oldest stripe it can be dropped if no older version of its key exists outside the
// compaction. Dropping it earlier would bring back the value that it deleted.
type Rewriter struct {
	Store     *Store
	Snapshots []key.Seq                     // ascending
	Gone      func(first, last []byte) bool // reports that no older version of these keys exists elsewhere; nil if unknown
	Split     bool                          // start a new table at TableBytes
	Abort     func() error                  // returns the reason to give up, or nil; may be nil
	Tables    []*view.Table                 // written, synced and open; names not durable yet
	Dropped   uint64                        // number of entries that were not kept
	Separator Separator                     // moves values into blob files

	file       *durable.File
	writer     *sst.Writer
	num        uint64
	tombstones uint64 // number of tombstones in the current table

	user   []byte // key of the previous entry
	stripe int    // stripe of the previous entry
	any    bool

	rangeWriter
}

// Run consumes and closes the iterator. After an error it removes what it wrote, if the store still accepts writes.
func (r *Rewriter) Run(it key.Iterator) error {
	r.Separator.store = r.Store
	err := r.copy(it)
	err = errors.Join(err, it.Close())
	if err == nil {
		err = r.placeRest()
	}
	if err == nil && r.writer != nil {
		err = r.finish(nil)
	}
	if err == nil {
		err = r.Separator.finish()
	}
	if err != nil {
		return errors.Join(err, r.undo())
	}
	return nil
}

func (r *Rewriter) copy(it key.Iterator) error {
	for ok := it.First(); ok; ok = it.Next() {
		if r.Abort != nil {
			if err := r.Abort(); err != nil {
				return err
			}
		}
		if err := r.entry(it.Key(), it.Trailer(), it.Value()); err != nil {
			return err
		}
	}
	return it.Error()
}

// entry writes an entry if some snapshot or a reader of the present can see it: it must be the newest of its key in its
// stripe and not be hidden by a range delete of that stripe. A tombstone in the oldest stripe is dropped if there is
// nothing below for it to hide.
func (r *Rewriter) entry(user []byte, tr key.Trailer, value []byte) error {
	stripe := sort.Search(len(r.Snapshots), func(i int) bool { return r.Snapshots[i] >= tr.Seq() })
	same := r.any && bytes.Equal(user, r.user)
	if same && stripe == r.stripe || r.deleted(user, tr.Seq(), stripe) {
		r.Dropped++
		return nil
	}
	r.user, r.stripe, r.any = append(r.user[:0], user...), stripe, true
	if tr.Kind() == key.Delete && stripe == 0 && r.Gone != nil && r.Gone(user, user) {
		r.Dropped++
		return nil
	}
	if err := r.placeRanges(user); err != nil {
		return err
	}
	if err := r.place(user); err != nil {
		return err
	}
	if tr.Kind() == key.Delete {
		r.tombstones++
	}
	tr, value, err := r.Separator.place(tr, value)
	if err != nil {
		return err
	}
	return r.writer.Add(user, tr, value)
}

func (r *Rewriter) begin() (err error) {
	r.num = r.Store.NewFileNum()
	if r.file, err = r.Store.Dir.Draft(filename.Table(r.num)); err != nil {
		return err
	}
	o := &r.Store.Options
	r.writer = sst.NewWriter(r.file, sst.WriterOptions{
		BlockBytes: o.BlockBytes, BloomBitsPerKey: o.BloomBitsPerKey, Layout: o.Layout,
		Compression: o.Compression, WriteBytes: o.TableWriteBytes,
	})
	return nil
}

// finish ends a table, including the range deletes up to a key. Its content is durable before anything can name it.
func (r *Rewriter) finish(upto []byte) error {
	r.writer.AddRanges(r.cut(upto))
	meta, err := r.writer.Finish()
	if err == nil {
		err = r.file.Sync()
	}
	err = errors.Join(err, r.file.Close())
	r.writer, r.file = nil, nil
	if err != nil {
		return err
	}
	t, err := r.Store.Files.Table(manifest.Table{
		Num: r.num, Bytes: meta.Bytes, Entries: meta.Entries, MinSeq: meta.MinSeq, MaxSeq: meta.MaxSeq,
		Smallest: meta.Smallest, Largest: meta.Largest, Tombstones: r.tombstones, Blobs: r.Separator.used(),
	})
	r.tombstones = 0
	if err == nil {
		r.Tables = append(r.Tables, t)
	}
	return err
}

func (r *Rewriter) undo() error {
	names, err := r.Separator.undo()
	errs := []error{err}
	if r.file != nil {
		errs = append(errs, r.file.Close())
	}
	if r.num > 0 { // it may also be among the tables below, or have failed in finish
		names = append(names, filename.Table(r.num))
	}
	for _, t := range r.Tables {
		errs = append(errs, t.File.Close())
		if t.Num != r.num {
			names = append(names, filename.Table(t.Num))
		}
	}
	if r.Store.Dir.Poisoned() == nil {
		errs = append(errs, r.Store.Dir.WithoutCancel().Remove(names...))
	}
	return errors.Join(errs...)
}

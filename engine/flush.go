package engine

import (
	"bytes"
	"errors"
	"slices"
	"sort"

	"github.com/lightningdb/lightning-torture/engine/internal/durable"
	"github.com/lightningdb/lightning-torture/engine/internal/filename"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/manifest"
	"github.com/lightningdb/lightning-torture/engine/internal/merge"
	"github.com/lightningdb/lightning-torture/engine/internal/sst"
	"github.com/lightningdb/lightning-torture/engine/internal/view"
)

// Flush writes all commits so far to tables. It returns when they are durable there and their logs are gone. The error
// is ErrClosed, ErrReadOnly, ErrPoisoned or the one that poisoned the store.
func (db *DB) Flush() error {
	if err := db.freeze(); err != nil {
		return err
	}
	err := db.flushFrozen(0)
	if err != nil && !errors.Is(err, ErrClosed) {
		db.failed(err)
	}
	return err
}

func (db *DB) freeze() error {
	db.commitMu.Lock()
	defer db.commitMu.Unlock()
	if err := db.writable(); err != nil {
		return err
	}
	return db.rotate()
}

// flushFrozen writes the frozen memtables to one table in level 0. Logs below floor are obsolete then, whatever else
// is; 0 says nothing.
func (db *DB) flushFrozen(floor uint64) error {
	db.flushMu.Lock()
	defer db.flushMu.Unlock()
	if err := db.writable(); err != nil { // NB: the caller may have waited here until the store was closed
		return err
	}
	mems := db.frozen()
	if len(mems) == 0 {
		return nil
	}
	notify(db.opts.EventListener.FlushBegin, len(mems))
	if err := db.sealLarge(); err != nil { // what the memtables refer to gets its final size
		return err
	}
	newest := mems[len(mems)-1]
	// Until its last commit is visible, a memtable is not complete, and readers may need what its newest entries hide.
	if err := db.seq.show(newest.LastSeq); err != nil {
		return err
	}
	var sources []key.Iterator
	for _, m := range slices.Backward(mems) {
		sources = append(sources, m.Table.NewIterator())
	}
	r := rewriter{db: db, snapshots: db.snapshotSeqs(), abort: func() bool { return false }}
	r.separator = separator{db: db, threshold: max(db.opts.BlobValueBytes, 0)}
	r.delete(memRanges(mems, r.points()))
	err := r.run(merge.New(sources...))
	if err != nil {
		return err
	}
	ch := change{opened: r.tables, blobs: r.separator.files, flushed: mems}
	ch.LastSeq, ch.LogFloor = newest.LastSeq, max(newest.LogNum+1, floor)
	ch.Added = placed(0, r.tables)
	db.counters.flushes.Add(1)
	db.counters.flushBytes.Add(int64(view.BytesOf(r.tables)))
	if err := db.apply(ch); err != nil {
		return err
	}
	notify(db.opts.EventListener.FlushDone, FlushInfo{len(mems), view.BytesOf(r.tables)})
	return nil
}

func placed(level int, tables []*view.Table) []manifest.Placed {
	added := make([]manifest.Placed, len(tables))
	for i, t := range tables {
		added[i] = manifest.Placed{Level: level, Table: t.Table}
	}
	return added
}

// rewriter writes the entries of an iterator, and range deletes, to new tables, without those that nobody can see any
// more.
type rewriter struct {
	db        *DB
	snapshots []key.Seq                     // ascending
	gone      func(first, last []byte) bool // says that nothing older of these keys lies elsewhere; nil: nothing is known
	split     bool                          // start a new table at TableBytes
	abort     func() bool                   // says to give up
	tables    []*view.Table                 // written, synced and open; their names are not durable yet
	dropped   uint64                        // entries
	separator separator

	file       *durable.File
	writer     *sst.Writer
	num        uint64
	tombstones uint64 // in the table that is being written

	user   []byte // of the entry before
	stripe int    // of the entry before
	any    bool

	rangeWriter
}

// run consumes and closes the iterator. After an error it removes what it wrote, if the store still takes writes.
func (r *rewriter) run(it key.Iterator) error {
	err := r.copy(it)
	err = errors.Join(err, it.Close())
	if err == nil {
		err = r.placeRest()
	}
	if err == nil && r.writer != nil {
		err = r.finish(nil)
	}
	if err == nil {
		err = r.separator.finish()
	}
	if err != nil {
		return errors.Join(err, r.undo())
	}
	return nil
}

func (r *rewriter) copy(it key.Iterator) error {
	for ok := it.First(); ok; ok = it.Next() {
		if r.abort() {
			return ErrClosed
		}
		if err := r.entry(it.Key(), it.Trailer(), it.Value()); err != nil {
			return err
		}
	}
	return it.Error()
}

// entry keeps an entry if some snapshot, or a reader of the present, can see it: if it is the newest of its key in its
// stripe, where stripes are what lies between two snapshots, and no range delete of that stripe hides it. A tombstone in
// the oldest stripe is not needed if there is nothing below it to hide.
func (r *rewriter) entry(user []byte, tr key.Trailer, value []byte) error {
	stripe := sort.Search(len(r.snapshots), func(i int) bool { return r.snapshots[i] >= tr.Seq() })
	same := r.any && bytes.Equal(user, r.user)
	if same && stripe == r.stripe || r.deleted(user, tr.Seq(), stripe) {
		r.dropped++
		return nil
	}
	r.user, r.stripe, r.any = append(r.user[:0], user...), stripe, true
	if tr.Kind() == key.Delete && stripe == 0 && r.gone != nil && r.gone(user, user) {
		r.dropped++
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
	tr, value, err := r.separator.place(tr, value)
	if err != nil {
		return err
	}
	return r.writer.Add(user, tr, value)
}

func (r *rewriter) begin() (err error) {
	r.num = r.db.newFileNum()
	if r.file, err = r.db.dir.Create(filename.Table(r.num)); err != nil {
		return err
	}
	o := r.db.opts
	r.writer = sst.NewWriter(r.file, sst.WriterOptions{
		BlockBytes: o.BlockBytes, BloomBitsPerKey: o.BloomBitsPerKey, Layout: sst.Columns,
		Compression: o.Compression,
	})
	return nil
}

// finish ends a table, with the range deletes up to a key: its content is durable before anybody can name it.
func (r *rewriter) finish(upto []byte) error {
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
	t, err := view.OpenTable(r.db.dir, r.db.cache, manifest.Table{
		Num: r.num, Bytes: meta.Bytes, Entries: meta.Entries, MinSeq: meta.MinSeq, MaxSeq: meta.MaxSeq,
		Smallest: meta.Smallest, Largest: meta.Largest, Tombstones: r.tombstones, Blobs: r.separator.used(),
	})
	r.tombstones = 0
	if err == nil {
		r.tables = append(r.tables, t)
	}
	return err
}

func (r *rewriter) undo() error {
	names, err := r.separator.undo()
	errs := []error{err}
	if r.file != nil {
		errs = append(errs, r.file.Close())
		names = append(names, filename.Table(r.num))
	}
	for _, t := range r.tables {
		errs = append(errs, t.File.Close())
		names = append(names, filename.Table(t.Num))
	}
	if r.db.dir.Poisoned() == nil {
		errs = append(errs, r.db.dir.Remove(names...))
	}
	return errors.Join(errs...)
}

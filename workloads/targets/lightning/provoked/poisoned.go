package provoked

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"syscall"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
)

// poisoned makes the first call of several kinds fail, with an error of the disk or because the disk is full at a point at
// which that is as bad. From then on every write must be refused, with the first failure
// as its cause although the disk fails in another way later, and nothing may be written. Reads must go on, those that
// began before too, and whatever they held open must close without an error.
func poisoned() error {
	for _, op := range []string{"write *.log", "sync *.log", "sync *.sst", "write MANIFEST-*", "sync MANIFEST-*", "sync db"} {
		for i, cause := range causesOfPoison {
			if err := poisonedBy(op, cause, causesOfPoison[1-i]); err != nil {
				return fmt.Errorf("%s fails (%v): %w", op, cause.effect, err)
			}
		}
	}
	for _, file := range []string{"*.log", "*.sst", "*.blob", "MANIFEST-*", "marker.*"} {
		if err := poisonedByClose(file); err != nil {
			return fmt.Errorf("closing a new %s fails: %w", file, err)
		}
	}
	return nil
}

// poisonedByClose makes the close of the first new file of a kind fail. Some filesystems report only then that a write has
// failed, so the store must be poisoned.
func poisonedByClose(file string) error {
	disk := faultfs.New(faultfs.Options{})
	fsys := &unclosable{Fs: disk, file: file}
	o := options(fsys, true)
	o.Limits.ManifestBytes, o.Limits.ManifestGrowth = 1, 1
	db, err := engine.Open(storeDir, o)
	if err != nil {
		return err
	}
	fsys.armed = true
	for i := 0; i < 200 && err == nil; i++ { // a few memtables
		err = errors.Join(db.Put(key(i), value(i), engine.NoSync), db.Apply(&engine.Batch{}, engine.Sync))
	}
	if err == nil {
		err = errors.Join(db.Flush(), db.Compact())
	}
	if m := db.Metrics(); fsys.armed || !errors.Is(err, syscall.EIO) || !m.Poisoned {
		return closing(db, wrong("the store is poisoned: %t; a close was to fail: %t; the work ends with %w", m.Poisoned, !fsys.armed, orNone(err)))
	}
	_ = db.Close() // it reports the failure again
	return allClosed(disk)
}

// unclosable is a filesystem on which the close of the first new file that matches a pattern fails once it is armed.
type unclosable struct {
	afero.Fs
	file  string // a pattern
	armed bool
}

func (u *unclosable) OpenFile(name string, flag int, perm fs.FileMode) (afero.File, error) {
	f, err := u.Fs.OpenFile(name, flag, perm)
	if matches, _ := path.Match(u.file, path.Base(name)); err != nil || !matches || flag&os.O_CREATE == 0 { // the patterns are well formed
		return f, err
	}
	return &unclosed{f, u}, nil
}

// unclosed is a file that reports a failure when it is closed.
type unclosed struct {
	afero.File
	on *unclosable
}

func (f *unclosed) Close() error {
	err := f.File.Close()
	if f.on.armed {
		f.on.armed, err = false, syscall.EIO
	}
	return err
}

// causeOfPoison is an error of the disk.
type causeOfPoison struct {
	effect faultfs.Effect
	errno  syscall.Errno
}

var causesOfPoison = [...]causeOfPoison{{faultfs.EIO, syscall.EIO}, {faultfs.ENOSPC, syscall.ENOSPC}}

// poisonedBy makes a call fail for one cause, and all later ones for another.
func poisonedBy(op string, cause, other causeOfPoison) error {
	first, err := faultfs.ParseRule(cause.effect.String() + " " + op)
	if err != nil {
		return err
	}
	later, err := faultfs.ParseRule(other.effect.String() + " write *")
	if err != nil {
		return err
	}
	disk, pairs, err := filled(40)
	if err != nil {
		return err
	}
	db, err := engine.Open(storeDir, options(disk, true))
	if err != nil {
		return err
	}
	r, err := readersOf(db)
	var again engine.Batch
	again.Put(key(0), value(1))
	if err = errors.Join(err, db.Apply(&again, engine.Sync), db.Flush(), db.Compact()); err != nil { // makes files obsolete that the readers hold
		return closing(db, err)
	}
	pairs[string(key(0))] = string(value(1))
	seen := len(pairs)
	disk.SetRules(first)
	failed := db.Put([]byte("last"), nil, engine.Sync)
	if failed == nil {
		pairs["last"], failed = "", db.Flush()
	}
	disk.SetRules(later)
	if err = refused(db, disk, &again, failed, cause.errno); err == nil {
		err = r.close(seen)
	}
	if err == nil {
		err = readable(db, pairs)
	}
	disk.SetRules()
	if closed := db.Close(); !errors.Is(closed, engine.ErrPoisoned) {
		err = errors.Join(err, wrong("Close of a poisoned store returns %w", orNone(closed)))
	}
	return errors.Join(err, allClosed(disk))
}

// refused returns an error unless every kind of write is refused for the first failure and changes nothing on the disk. The
// batch is one that was committed before.
func refused(db *engine.DB, disk *faultfs.FS, again *engine.Batch, failed error, cause syscall.Errno) error {
	if !errors.Is(failed, cause) || errors.Is(failed, engine.ErrNoRoom) {
		return wrong("the write that fails returns %w", orNone(failed))
	}
	before := disk.Now()
	for name, write := range map[string]func() error{
		"Put":           func() error { return db.Put(key(1), nil, engine.Buffered) },
		"a large value": func() error { return db.Put(key(1), make([]byte, largeBytes), engine.Buffered) },
		"Delete":        func() error { return db.Delete(key(1), engine.NoSync) },
		"DeleteRange":   func() error { return db.DeleteRange(key(1), key(2), engine.NoSync) },
		"Apply":         func() error { return db.Apply(again, engine.Sync) },
		"an empty sync": func() error { return db.Apply(&engine.Batch{}, engine.Sync) },
		"Update":        func() error { return db.Update(func(t *engine.Txn) error { return t.Put(key(1), nil) }) },
		"Flush":         db.Flush,
		"Compact":       db.Compact,
	} {
		if err := mustReturn(write); !errors.Is(err, engine.ErrPoisoned) || !errors.Is(err, cause) || errors.Is(err, engine.ErrNoRoom) {
			return wrong("%s returns %w", name, orNone(err))
		}
	}
	if now := disk.Now(); now != before {
		return wrong("refused writes change the disk in %d operations", now-before)
	}
	if again.Seq() != 0 {
		return wrong("a batch that was committed once and is refused now has the sequence number %d", again.Seq())
	}
	return nil
}

// readers are an iterator, a snapshot, a transaction and a stream.
type readers struct {
	it       *engine.Iterator
	snapshot *engine.Snapshot
	txn      *engine.Txn
	stream   *engine.ValueReader
}

func readersOf(db *engine.DB) (r readers, err error) {
	r.snapshot = db.NewSnapshot()
	it, failed := db.NewIterator(engine.IterOptions{})
	r.it, err = it, errors.Join(err, failed)
	r.txn, failed = db.Begin(engine.TxnOptions{})
	err = errors.Join(err, failed)
	if err == nil && it.First() {
		r.stream, failed = db.GetReader(it.Key())
		err = errors.Join(err, failed)
	}
	return r, err
}

// close reads everything once more and closes the readers, each of which must show n pairs.
func (r *readers) close(n int) error {
	shown := 0
	for ok := r.it.First(); ok; ok = r.it.Next() {
		shown++
	}
	ofSnapshot, err := count(r.snapshot)
	ofTxn, failed := count(r.txn)
	_, streamed := io.ReadAll(r.stream)
	r.snapshot.Close()
	err = errors.Join(err, failed, streamed, r.it.Error(), r.it.Close(), r.txn.Rollback(), r.stream.Close())
	if err == nil && (shown != n || ofSnapshot != n || ofTxn != n) {
		err = wrong("readers from before show %d, %d and %d pairs, want %d", shown, ofSnapshot, ofTxn, n)
	}
	return err
}

// readable returns an error unless the store shows the given pairs to a reader that begins now.
func readable(db *engine.DB, pairs map[string]string) error {
	for k, want := range pairs {
		if got, err := db.Get([]byte(k)); err != nil || string(got) != want {
			return wrong("Get of %q returns %d bytes that are not those written (%w)", k, len(got), orNone(err))
		}
	}
	n, err := count(db)
	if err == nil && n != len(pairs) {
		err = wrong("a scan shows %d pairs, want %d", n, len(pairs))
	}
	return err
}

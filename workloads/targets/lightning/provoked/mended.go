package provoked

import (
	"errors"
	"fmt"
	"path"
	"slices"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
)

// beginnings are the numbers from which a store counts its files, markers and commits: the usual one, and one that no
// store reaches by counting.
var beginnings = []int64{1, 1 << 53}

// filling makes the content of a store that is to be repaired.
type filling struct {
	name string
	fill func(db *engine.DB) error
	bare bool // nothing else is committed
	held bool // flushes run in the background, and each is held up until fill has returned
}

var fillings = []filling{
	{name: "nothing", bare: true, fill: func(*engine.DB) error { return nil }},
	{name: "commits in its log", fill: func(db *engine.DB) error { return db.Put(key(0), value(0), engine.Sync) }},
	{name: "a table", fill: func(db *engine.DB) error {
		return errors.Join(db.Put(key(0), value(0), engine.Sync), db.Flush())
	}},
	{name: "a large value", fill: func(db *engine.DB) error { return db.Put(key(0), large(0), engine.Sync) }},
	{name: "a table of deletions", bare: true, fill: func(db *engine.DB) error {
		return errors.Join(db.Delete(key(0), engine.Sync), db.DeleteRange(key(1), key(2), engine.Sync), db.Flush())
	}},
	{name: "some of everything", fill: func(db *engine.DB) (err error) {
		for i := range 40 {
			err = errors.Join(err, db.Put(key(i%20), value(i), engine.NoSync))
		}
		return err
	}},
	{name: "a log that was begun before the previous one was flushed", held: true, fill: func(db *engine.DB) (err error) {
		for i := 0; err == nil && db.Metrics().Memtables == 0; i++ {
			err = db.Put(key(0), value(0), engine.NoSync)
		}
		return err
	}},
}

// lastKey is the key of the last commit after a filling that is not bare. It is in a log.
var lastKey = []byte("last")

// session fills a store.
func (f *filling) session(o engine.Options) error {
	g := newGate()
	if f.held {
		o.InlineMaintenance, o.EventListener = false, &engine.EventListener{FlushBegin: func(int) { g.pass() }}
	}
	db, err := engine.Open(storeDir, o)
	if err != nil {
		return err
	}
	err = f.fill(db)
	g.lift()
	if err == nil && !eventually(func() bool { return db.Metrics().Memtables == 0 }) {
		err = wrong("a flush does not end")
	}
	if err == nil && !f.bare {
		err = db.Put(lastKey, value(0), engine.Sync)
	}
	return closing(db, err)
}

// harms are the ways in which a file is damaged; a nil result means that it is removed.
var harms = []struct {
	name string
	do   func(content []byte) []byte
}{
	{"is missing", func([]byte) []byte { return nil }},
	{"is empty", func([]byte) []byte { return []byte{} }},
	{"has a flipped bit", func(c []byte) []byte { c[len(c)/2] ^= 1; return c }},
	{"is cut in half", func(c []byte) []byte { return c[:len(c)/2] }},
}

// mended damages each file of small stores in each way, and repairs the stores. A repaired store must verify, show
// nothing that it never held, and accept commits. A second repair must find nothing. The last commit must be there,
// unless its log is damaged.
func mended() error {
	for _, begin := range beginnings {
		for _, f := range fillings {
			if err := f.mended(begin); err != nil {
				return fmt.Errorf("a store with %s, whose numbers begin with %d: %w", f.name, begin, err)
			}
		}
	}
	return nil
}

func (f *filling) mended(begin int64) error {
	whole := faultfs.New(faultfs.Options{})
	o := options(whole, true)
	o.Limits.FirstFile, o.Limits.FirstMarker, o.Limits.FirstSequence = begin, begin, begin
	if err := f.session(o); err != nil {
		return err
	}
	for _, name := range names(whole, storeDir) {
		for _, h := range harms {
			disk := atRest(whole)
			file := path.Join(storeDir, name)
			content, err := afero.ReadFile(disk, file)
			if err == nil && len(content) > 0 {
				if content = h.do(content); content == nil {
					err = disk.Remove(file)
				} else {
					err = afero.WriteFile(disk, file, content, 0o644)
				}
			}
			if err == nil {
				err = mends(disk, !f.bare && path.Ext(name) != ".log")
			}
			if err != nil {
				return fmt.Errorf("%s %s: %w", name, h.name, err)
			}
		}
	}
	return nil
}

// mends repairs a store and checks it. If its last log is intact, the last commit must be there.
func mends(disk *faultfs.FS, intact bool) error {
	if _, err := engine.Repair(storeDir, options(disk, true)); err != nil {
		content := func(name string) bool { return slices.Contains([]string{".log", ".sst", ".blob"}, path.Ext(name)) }
		if errors.Is(err, engine.ErrMissing) && !slices.ContainsFunc(names(disk, storeDir), content) {
			return nil // an interrupted creation looks the same
		}
		return wrong("Repair returns %w", err)
	}
	again, err := engine.Repair(storeDir, options(disk, true))
	if err != nil || again.Damage != "" {
		return wrong("a second Repair finds %q (%w)", again.Damage, orNone(err))
	}
	o := options(disk, true)
	o.ErrorIfMissing = true
	db, err := engine.Open(storeDir, o)
	if err != nil {
		return err
	}
	if got, failed := db.Get(lastKey); intact && (failed != nil || string(got) != string(value(0))) {
		return errors.Join(wrong("the last commit is lost, although its log is intact: %w", orNone(failed)), db.Close())
	}
	it, err := db.NewIterator(engine.IterOptions{})
	if err != nil {
		return errors.Join(err, db.Close())
	}
	for ok := it.First(); ok; ok = it.Next() {
		if !wasWritten(it.Key(), it.Value()) {
			err = errors.Join(err, wrong("the repaired store shows %q as %d bytes, which were never its value", it.Key(), len(it.Value())))
		}
	}
	err = errors.Join(err, it.Error(), it.Close(), db.Put([]byte("new"), value(13), engine.Sync), db.Flush(), db.Verify(), db.Close(), allClosed(disk))
	if err != nil {
		return err
	}
	report, err := engine.VerifyDir(storeDir, options(disk, true))
	if err == nil && len(report.Problems)+len(report.Leftovers) > 0 {
		err = wrong("a repaired store that was written to has problems %q and leftovers %q", report.Problems, report.Leftovers)
	}
	return err
}

// wasWritten reports whether one of the fillings gave a key this value.
func wasWritten(user, shown []byte) bool {
	if string(user) == string(key(0)) && string(shown) == string(large(0)) || string(user) == string(lastKey) && string(shown) == string(value(0)) {
		return true
	}
	for i := range 40 {
		if string(user) == string(key(i%20)) && string(shown) == string(value(i)) {
			return true
		}
	}
	return false
}

package refusals

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// Edges checks calls at the limits of their arguments, and iterators that outlive their store, on stores of its own.
func Edges() error {
	return errors.Join(sizes(), appended(), large(), bounds(), streams(), repeated(), outlived(), rotten(), panics(), dropped())
}

// A value of blobAt bytes goes to a blob file at a flush, and one of more than largeAt bytes at its commit.
const (
	blobAt  = 100
	largeAt = 10 * blobAt
)

// within runs a check on a store in memory.
func within(o engine.Options, check func(db *engine.DB, o engine.Options) error) error {
	o.FS, o.InlineMaintenance, o.BlobValueBytes, o.LargeValueBytes = afero.NewMemMapFs(), true, blobAt, largeAt
	db, err := engine.Open("db", o)
	if err != nil {
		return err
	}
	err = check(db, o)
	if closed := db.Close(); !errors.Is(closed, engine.ErrClosed) { // the check may have closed it
		err = errors.Join(err, closed)
	}
	return err
}

// filled puts values, short ones and some that belong in blob files, and flushes them.
func filled(db *engine.DB) (err error) {
	for i := range 20 {
		err = errors.Join(err, db.Put(fmt.Appendf(nil, "k%02d", i), bytes.Repeat([]byte{'a' + byte(i)}, i*i*4), engine.NoSync))
	}
	return errors.Join(err, db.Flush())
}

// sizes checks keys of the greatest length and longer ones.
func sizes() error {
	return within(engine.Options{}, func(db *engine.DB, _ engine.Options) error {
		longest, longer := make([]byte, engine.KeyBytesMax), make([]byte, engine.KeyBytesMax+1)
		longest[0], longer[0] = 'k', 'k'
		other := bytes.Clone(longest)
		other[0] = 'z'
		t, err := db.Begin(engine.TxnOptions{})
		if err != nil {
			return err
		}
		var b engine.Batch
		b.DeleteRange([]byte("a"), longer)
		const unknown = 3 // the first invalid durability
		wrong := check([]refusal{
			{"Put of the longest key", db.Put(longest, nil, engine.Sync), nil},
			{"Delete of the longest key", db.Delete(longest, engine.Sync), nil},
			{"DeleteRange to the longest key", db.DeleteRange([]byte("a"), longest, engine.Sync), nil},
			{"Delete of a key that is too long", db.Delete(longer, engine.Sync), engine.ErrTooLarge},
			{"DeleteRange from a key that is too long", db.DeleteRange(longer, []byte("l"), engine.Sync), engine.ErrTooLarge},
			{"DeleteRange to a key that is too long", db.DeleteRange([]byte("a"), longer, engine.Sync), engine.ErrTooLarge},
			{"Apply of a batch that deletes to a key that is too long", db.Apply(&b, engine.Sync), engine.ErrTooLarge},
			{"Put of the longest key in a transaction", t.Put(other, nil), nil},
			{"Put of a key that is too long in a transaction", t.Put(longer, nil), engine.ErrTooLarge},
			{"Delete of a key that is too long in a transaction", t.Delete(longer), engine.ErrTooLarge},
			{"DeleteRange to a key that is too long in a transaction", t.DeleteRange([]byte("a"), longer), engine.ErrTooLarge},
			{"Commit", t.Commit(engine.Sync), nil},
			{"Get of the longest key", second(db.Get(other)), nil},
			{"Put with the first invalid durability", db.Put([]byte("k"), nil, unknown), engine.ErrOptions},
			{"Begin at the first invalid level", second(db.Begin(engine.TxnOptions{Isolation: engine.Serializable + 1})), engine.ErrOptions},
		})
		b.Put([]byte("k"), nil)
		wrong = errors.Join(wrong, differs("writes of a refused batch", b.Len(), 0))
		b.Reset()
		b.Put([]byte("k"), nil)
		return errors.Join(wrong, check([]refusal{{"Apply of a refused batch after Reset", db.Apply(&b, engine.Sync), nil}}))
	})
}

// appended checks that AppendGet appends to its argument.
func appended() error {
	return within(engine.Options{}, func(db *engine.DB, _ engine.Options) error {
		err := filled(db)
		for _, key := range []string{"k01", "k19", "none"} {
			value, failed := db.Get([]byte(key))
			got, again := db.AppendGet([]byte("before "), []byte(key))
			if want := "before " + string(value); string(got) != want || !errors.Is(again, failed) {
				err = errors.Join(err, accepted("AppendGet of %s to 7 bytes returns %d bytes, want %d: %w", key, len(got), len(want), again))
			}
		}
		return err
	})
}

// large checks that exactly the values longer than LargeValueBytes are in a blob file as soon as they are committed, and
// exactly those of at least BlobValueBytes once they are flushed. A compaction changes nothing.
func large() (wrong error) {
	for _, v := range []struct {
		length             int
		committed, flushed int // blob files
	}{{blobAt - 1, 0, 0}, {blobAt, 0, 1}, {largeAt, 0, 1}, {largeAt + 1, 1, 1}} {
		wrong = errors.Join(wrong, within(engine.Options{}, func(db *engine.DB, _ engine.Options) error {
			files := func(when string, want int) error {
				return differs(fmt.Sprintf("blob files for a value of %d bytes, %s", v.length, when), db.Metrics().BlobFiles, want)
			}
			err := errors.Join(db.Put([]byte("k"), make([]byte, v.length), engine.NoSync), files("once it is committed", v.committed))
			err = errors.Join(err, db.Flush(), files("once it is flushed", v.flushed))
			return errors.Join(err, db.Put([]byte("l"), nil, engine.NoSync), db.Compact(), files("once it is compacted", v.flushed))
		}))
	}
	return wrong
}

// contradiction is an iterator whose bounds and prefix do not fit together, on a store with the keys k00 to k19.
type contradiction struct {
	lower, upper, prefix string
	first, last          string // "" if nothing is shown
}

var contradictions = []contradiction{
	{"k05", "k15", "k", "k05", "k14"},
	{"k", "l", "k1", "k10", "k19"},
	{"k12", "", "k1", "k12", "k19"},
	{"", "k12", "k1", "k10", "k11"},
	{"k05", "k15", "k1", "k10", "k14"},
	{"k1", "k2", "k0", "", ""},
	{"k00", "k05", "k1", "", ""},
	{"k07", "k07", "", "", ""},
	{"", "", "\xff\xff", "", ""},
	{"k1", "k13", "k0", "", ""},
	{"l", "", "k", "", ""},
	{"", "k00", "k", "", ""},
}

// bounds checks iterators with contradictory bounds and prefix: every key that they show must satisfy all of them.
func bounds() error {
	return within(engine.Options{}, func(db *engine.DB, _ engine.Options) error {
		err := filled(db)
		for _, c := range contradictions {
			err = errors.Join(err, c.check(db))
		}
		return err
	})
}

func (c *contradiction) check(db *engine.DB) error {
	it, err := db.NewIterator(engine.IterOptions{LowerBound: []byte(c.lower), UpperBound: []byte(c.upper), Prefix: []byte(c.prefix)})
	if err != nil {
		return err
	}
	at := func(ok bool) string {
		if ok {
			return string(it.Key())
		}
		return ""
	}
	for _, m := range []struct{ move, got, want string }{
		{"First", at(it.First()), c.first},
		{"Last", at(it.Last()), c.last},
		{"SeekGE of the first key", at(it.SeekGE([]byte("a"))), c.first},
		{"SeekLT of the last key", at(it.SeekLT([]byte("z"))), c.last},
		{"SeekGE after the last key", at(it.SeekGE([]byte("z"))), ""},
		{"SeekLT of the first key", at(it.SeekLT([]byte("a"))), ""},
	} {
		if m.got != m.want {
			err = errors.Join(err, accepted("%s of an iterator from %q to %q with prefix %q leads to %q, want %q", m.move, c.lower, c.upper, c.prefix, m.got, m.want))
		}
	}
	return errors.Join(err, it.Close())
}

// streams checks seeks to invalid positions of a stream, and a stream that is closed.
func streams() error {
	return within(engine.Options{}, func(db *engine.DB, _ engine.Options) error {
		wrong := filled(db)
		for _, key := range []string{"k03", "k19"} {
			r, err := db.GetReader([]byte(key))
			if err != nil {
				return errors.Join(wrong, err)
			}
			read := func() error { return second(io.ReadFull(r, make([]byte, 5))) }
			where := func() int64 { at, _ := r.Seek(0, io.SeekCurrent); return at } // after an error the position is wrong anyway
			wrong = errors.Join(wrong, read(),
				differs("a seek before the beginning is an error", second(r.Seek(-1, io.SeekStart)) != nil, true),
				differs("a seek from the end to before the beginning is an error", second(r.Seek(-r.Len()-1, io.SeekEnd)) != nil, true),
				differs("a seek with an invalid whence is an error", second(r.Seek(0, 7)) != nil, true),
				differs("position after failed seeks", where(), 5),
			)
			end, err := r.Seek(3, io.SeekEnd)
			wrong = errors.Join(wrong, err, differs("position beyond the end", end, r.Len()+3), check([]refusal{
				{"Read beyond the end of a stream", second(r.Read(make([]byte, 1))), io.EOF},
				{"Close of a stream", r.Close(), nil},
				{"Read of a closed stream", second(r.Read(make([]byte, 1))), engine.ErrClosed},
				{"Seek of a closed stream", second(r.Seek(0, io.SeekStart)), engine.ErrClosed},
				{"a second Close of a stream", r.Close(), nil},
			}))
		}
		return wrong
	})
}

// repeated checks calls that are made twice.
func repeated() error {
	return within(engine.Options{}, func(db *engine.DB, _ engine.Options) error {
		wrong := filled(db)
		it, err := db.NewIterator(engine.IterOptions{})
		if err != nil {
			return errors.Join(wrong, err)
		}
		it.First()
		wrong = errors.Join(wrong, check([]refusal{
			{"Close of an iterator", it.Close(), nil}, {"Error of a closed iterator", it.Error(), engine.ErrClosed}, {"a second Close of an iterator", it.Close(), nil},
		}), differs("a closed iterator moves", it.First() || it.Last() || it.SeekGE(nil) || it.SeekLT([]byte("z")) || it.Valid(), false))
		one, two := db.NewSnapshot(), db.NewSnapshot()
		t, err := db.Begin(engine.TxnOptions{})
		if err != nil {
			return errors.Join(wrong, err)
		}
		wrong = errors.Join(wrong, differs("open snapshots", db.Metrics().Snapshots, 3))
		one.Close()
		one.Close()
		wrong = errors.Join(wrong, differs("open snapshots after one was closed", db.Metrics().Snapshots, 2), second(two.Get([]byte("k03"))), t.Rollback())
		two.Close()
		var b engine.Batch
		b.Put([]byte("k"), nil)
		wrong = errors.Join(wrong, db.Apply(&b, engine.Sync), differs("an applied batch has a sequence number", b.Seq() > 0, true), db.Close())
		return errors.Join(wrong, check([]refusal{{"Apply of a batch to a closed store", db.Apply(&b, engine.Sync), engine.ErrClosed}}),
			differs("sequence number of a refused batch", b.Seq(), 0))
	})
}

// differs returns an ErrAccepted unless two figures are the same.
func differs[T comparable](what string, got, want T) error {
	if got == want {
		return nil
	}
	return torture.Judged(fmt.Errorf("%w: %s: %v, want %v", ErrAccepted, what, got, want))
}

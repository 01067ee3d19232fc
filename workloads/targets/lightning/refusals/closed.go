package refusals

import (
	"errors"
	"fmt"
	"strings"

	"github.com/lightningdb/lightning-torture/engine"
)

// Closed checks that every call on a closed store fails with ErrClosed.
func Closed(db *engine.DB) error {
	key := []byte("k")
	s := db.NewSnapshot()
	defer s.Close()
	return check([]refusal{
		{"a second Close", db.Close(), engine.ErrClosed},
		{"Get of a closed store", second(db.Get(key)), engine.ErrClosed},
		{"Put into a closed store", db.Put(key, key, engine.Sync), engine.ErrClosed},
		{"Apply to a closed store", db.Apply(&engine.Batch{}, engine.Sync), engine.ErrClosed},
		{"NewIterator of a closed store", second(db.NewIterator(engine.IterOptions{})), engine.ErrClosed},
		{"GetReader of a closed store", second(db.GetReader(key)), engine.ErrClosed},
		{"Get of a snapshot of a closed store", second(s.Get(key)), engine.ErrClosed},
		{"Begin in a closed store", second(db.Begin(engine.TxnOptions{})), engine.ErrClosed},
		{"View of a closed store", db.View(func(*engine.Txn) error { return nil }), engine.ErrClosed},
		{"Update of a closed store", db.Update(func(*engine.Txn) error { return nil }), engine.ErrClosed},
		{"Flush of a closed store", db.Flush(), engine.ErrClosed},
		{"Compact of a closed store", db.Compact(), engine.ErrClosed},
		{"Verify of a closed store", db.Verify(), engine.ErrClosed},
		{"Checkpoint of a closed store", db.Checkpoint("nowhere"), engine.ErrClosed},
	})
}

// Options checks that a store in dir does not open with invalid options, and that the error names all of them. The
// given options are valid.
func Options(dir string, o engine.Options) error {
	o.MemtableBytes, o.LevelSizeRatio, o.Compression, o.MemtablesMax = 1<<40, 1, engine.Compression(77), -1
	o.Limits.PendingCommits = 3 // not a power of two
	named := []string{"MemtableBytes", "LevelSizeRatio", "Compression", "MemtablesMax", "pending-commits"}
	good := engine.Options{}
	wrong := check([]refusal{{"Validate of valid options", good.Validate(), nil}, {"Validate of invalid options", o.Validate(), engine.ErrOptions}})
	for _, r := range []refusal{
		{"Open with invalid options", second(engine.Open(dir, o)), engine.ErrOptions},
		{"Repair with invalid options", second(engine.Repair(dir, o)), engine.ErrOptions},
		{"VerifyDir with invalid options", second(engine.VerifyDir(dir, o)), engine.ErrOptions},
	} {
		wrong = errors.Join(wrong, check([]refusal{r}))
		for _, name := range named {
			if r.err != nil && !strings.Contains(r.err.Error(), name) {
				wrong = errors.Join(wrong, accepted("%s returns an error that does not name %s: %w", r.call, name, r.err))
			}
		}
	}
	return errors.Join(wrong, each(), check([]refusal{
		{"ParseCompression of an unknown name", second(engine.ParseCompression("lzw")), engine.ErrOptions},
		{"ParseCompression of a known name", second(engine.ParseCompression(engine.Compression(1).String())), nil},
		{"Limits.Set of an unknown limit", limitError("no-such-limit", 1), errAny},
		{"Limits.Set below the smallest value", limitError("manifest-roll", -1), errAny},
	}))
}

// each makes the options invalid one at a time, by as little as possible: the error must name that option and no other.
func each() (wrong error) {
	const memtableMost = 4 << 30
	all := map[string]func(*engine.Options){
		"MemtableBytes":     func(o *engine.Options) { o.MemtableBytes = -1 },
		"MemtablesMax":      func(o *engine.Options) { o.MemtablesMax = -1 },
		"L0CompactionFiles": func(o *engine.Options) { o.L0CompactionFiles = -1 },
		"LevelBytesBase":    func(o *engine.Options) { o.LevelBytesBase = -1 },
		"LevelSizeRatio":    func(o *engine.Options) { o.LevelSizeRatio = -1 },
		"CompactionsMax":    func(o *engine.Options) { o.CompactionsMax = -1 },
		"TableBytes":        func(o *engine.Options) { o.TableBytes = -1 },
		"BlockBytes":        func(o *engine.Options) { o.BlockBytes = -1 },
		"Compression":       func(o *engine.Options) { o.Compression = engine.CompressionZstd + 1 },
		"MaxOpenFiles":      func(o *engine.Options) { o.MaxOpenFiles = -1 },
		"LargeValueBytes":   func(o *engine.Options) { o.LargeValueBytes = -1 },
		"BlobFileBytes":     func(o *engine.Options) { o.BlobFileBytes = -1 },
	}
	one := func(name string, change func(*engine.Options)) {
		var o engine.Options
		change(&o)
		err := o.Validate()
		wrong = errors.Join(wrong, check([]refusal{{"Validate with an invalid " + name, err, engine.ErrOptions}}))
		for other := range all {
			if err != nil && strings.Contains(err.Error(), other) != (other == name) {
				wrong = errors.Join(wrong, accepted("the error about an invalid %s is %w", name, err))
			}
		}
	}
	for name, change := range all {
		one(name, change)
	}
	one("MemtableBytes", func(o *engine.Options) { o.MemtableBytes = memtableMost + 1 })
	one("LevelSizeRatio", func(o *engine.Options) { o.LevelSizeRatio = 1 })
	most := engine.Options{MemtableBytes: memtableMost, LevelSizeRatio: 2, Compression: engine.CompressionZstd, LogAheadBytes: -1, BloomBitsPerKey: -1, CacheBytes: -1, BlobValueBytes: -1}
	return errors.Join(wrong, check([]refusal{{"Validate of options at their limits", most.Validate(), nil}}))
}

// limitError returns errAny if a limit cannot be set.
func limitError(name string, n int64) error {
	var l engine.Limits
	if err := l.Set(name, n); err != nil {
		return fmt.Errorf("%w: %w", errAny, err)
	}
	return nil
}

var errAny = errors.New("an error")

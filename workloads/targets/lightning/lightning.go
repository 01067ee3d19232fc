// Package lightning adapts the Lightning engine to the lab.
//
// The store is opened with small memtables, tables and levels, so that a run of a few hundred operations rotates,
// flushes and compacts. The limits for values are small too, so that the longer values of workload kv go to blob files,
// some at their commit and some at a flush. A run may set these limits, and the engine's inner ones, lower still; see
// limits.go. Everything else is the engine as its users open it.
package lightning

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/bench"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/targets/lightning/versions"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// Target returns Lightning with all its promises.
func Target() torture.Target {
	return torture.Target{
		Name: "lightning",
		Open: Open,
		Promises: torture.Promises{
			SyncSurvivesPowerCut: true, NoSyncSurvivesKill: true, LossIsSuffix: true, AtomicBatch: true,
			RecoveryRepeats: true, Linearizable: true, ShownSurvives: true, Transactions: true, Isolation: checker.StrictSerializable,
			ClosesInFlight: true, RefusesSecondOpen: true, CloseSyncs: true, SyncCoversFound: true,
			CloseLeavesNoTail: true, ReportsCorruption: true, FailedOpenReleases: true, MakesDir: true,
			RecoversAfterTransientFault: []torture.TransientFault{ // not the manifest: if it has no room, the store stops
				{Fault: "enospc create *.log"}, {Fault: "enospc create *.sst"}, {Fault: "enospc create *.blob"},
			},
		},
		ProvenLogGlobs: []string{"*.log"},
		LogBlockBytes:  32 << 10,
		LogHeaderBytes: 19,
		AppendGlobs:    []string{"MANIFEST-*"},
		CheckFiles:     CheckFiles,
		Versions:       versions.Of,
		HandlesMax:     handlesMax,
		Goals:          goals(),
		Limits:         Limits(),
		Roomy:          roomy(),
		Unreached:      unreached(),
		Packages:       []string{"github.com/lightningdb/lightning-torture/engine/..."},
		Administration: administration(),
		Go: torture.GoExpr{
			Import: "github.com/lightningdb/lightning-torture/workloads/targets/lightning", Expr: "lightning.Target()",
		},
	}
}

// Options returns the options with which the lab opens stores, before the limits that a run sets.
func Options(fs afero.Fs, inline bool) engine.Options {
	return engine.Options{
		FS: fs, InlineMaintenance: inline,
		MemtableBytes: 40 << 10, LogAheadBytes: 4 << 10, L0CompactionFiles: 3, LevelBytesBase: 24 << 10, LevelSizeRatio: 4,
		CompactionsMax: usualCompactions,
		TableBytes:     64 << 10, // NB: the engine keeps smaller tables in memory as a whole; the bottom level has larger ones
		BlobValueBytes: 256, LargeValueBytes: 512, BlobFileBytes: 4 << 10,
	}
}

// Open opens the store of an environment. If clients run concurrently, the store reveals the order of its commits. With
// a single client that order is known, so writes use the engine's calls that do not reveal it.
func Open(env torture.Env) (workloads.Store, error) {
	o, err := optionsIn(env)
	if err != nil {
		return nil, err
	}
	var life *session
	if env.Watched() {
		life = &session{}
		o.EventListener = listener(env, life)
	}
	opened, err := open(env.Dir, o)
	if err != nil {
		return nil, err
	}
	s := opened.(*store)
	s.session = life
	if env.Inline {
		return s, nil
	}
	return &sequenced{s}, nil
}

// optionsIn returns the options for a store in an environment, with the limits of its run.
func optionsIn(env torture.Env) (engine.Options, error) {
	o := Options(env.FS, env.Inline)
	return o, apply(&o, env.Limits)
}

// CheckFiles returns an error if dir contains an empty file other than LOCK.
func CheckFiles(fs afero.Fs, dir string) error {
	d, err := fs.Open(dir)
	if err != nil {
		return err
	}
	infos, err := d.Readdir(0)
	if err := errors.Join(err, d.Close()); err != nil {
		return err
	}
	var empty []string
	for _, info := range infos {
		if info.Size() == 0 && !info.IsDir() && info.Name() != "LOCK" {
			empty = append(empty, info.Name())
		}
	}
	if len(empty) > 0 {
		return fmt.Errorf("%s: 0 bytes", path.Join(dir, strings.Join(empty, ", ")))
	}
	return nil
}

// store presents an engine.DB to workloads.
type store struct {
	db      *engine.DB
	dir     string
	options engine.Options // with the defaults
	session *session       // nil if no one watches
}

var (
	_ workloads.Maintainer   = (*store)(nil)
	_ workloads.Transactor   = (*store)(nil)
	_ workloads.RangeDeleter = (*store)(nil)
	_ workloads.Verifier     = (*store)(nil)
	_ workloads.CursorMaker  = (*store)(nil)
	_ workloads.Snapshotter  = (*store)(nil)
	_ workloads.Streamer     = (*store)(nil)
	_ workloads.Syncer       = (*store)(nil)
	_ workloads.RangeBatcher = (*store)(nil)
	_ workloads.Inspector    = (*store)(nil)
	_ workloads.Rester       = (*store)(nil)
	_ bench.Getter           = (*store)(nil)
)

func (s *store) Get(key []byte) ([]byte, bool, error) { return found(s.db.Get(key)) }

// GetInto does what Get does, but uses dst for the value if it has room; see bench.Getter.
func (s *store) GetInto(dst, key []byte) ([]byte, bool, error) {
	return found(s.db.AppendGet(dst[:0], key))
}

func (s *store) Apply(writes []history.Write, d history.Durability) error {
	if len(writes) == 1 {
		if w := writes[0]; w.Delete {
			return translate(s.db.Delete(w.Key, durability(d)))
		}
		return translate(s.db.Put(writes[0].Key, writes[0].Value, durability(d)))
	}
	return translate(s.db.Apply(batch(writes), durability(d)))
}

func batch(writes []history.Write) *engine.Batch {
	b := &engine.Batch{}
	add(b, writes)
	return b
}

func add(b *engine.Batch, writes []history.Write) {
	for _, w := range writes {
		if w.Delete {
			b.Delete(w.Key)
		} else {
			b.Put(w.Key, w.Value)
		}
	}
}

func (s *store) DeleteRange(from, to []byte, d history.Durability) error {
	return translate(s.db.DeleteRange(from, to, durability(d)))
}

func (s *store) Scan(from, to []byte, visit func(key, value []byte) bool) error {
	it, err := s.db.NewIterator(engine.IterOptions{LowerBound: from, UpperBound: to})
	return walk(it, err, visit)
}

// walk visits the pairs of an iterator and closes it. If err is not nil there is no iterator, and walk returns err.
func walk(it *engine.Iterator, err error, visit func(key, value []byte) bool) error {
	if err != nil {
		return translate(err)
	}
	for ok := it.First(); ok && visit(it.Key(), it.Value()); ok = it.Next() {
	}
	return translate(errors.Join(it.Error(), it.Close()))
}

func (s *store) Begin(level workloads.Isolation) (workloads.Txn, error) {
	o := engine.TxnOptions{ReadOnly: level == workloads.ReadOnly}
	if level == workloads.Serializable {
		o.Isolation = engine.Serializable
	}
	t, err := s.db.Begin(o)
	if err != nil {
		return nil, translate(err)
	}
	return &txn{t}, nil
}

func (s *store) Flush() error   { return translate(s.db.Flush()) }
func (s *store) Compact() error { return translate(s.db.Compact()) }
func (s *store) Verify() error  { return translate(s.db.Verify()) }

func (s *store) Close() error {
	if s.session != nil {
		s.session.closing.Store(true)
	}
	return translate(s.db.Close())
}

// txn presents an engine.Txn to workloads.
type txn struct{ t *engine.Txn }

func (t *txn) Get(key []byte) ([]byte, bool, error) { return found(t.t.Get(key)) }
func (t *txn) Put(key, value []byte) error          { return translate(t.t.Put(key, value)) }
func (t *txn) Delete(key []byte) error              { return translate(t.t.Delete(key)) }

func (t *txn) Scan(from, to []byte, visit func(key, value []byte) bool) error {
	it, err := t.t.NewIterator(engine.IterOptions{LowerBound: from, UpperBound: to})
	return walk(it, err, visit)
}

// Rollback ignores the error of a transaction that has already ended.
func (t *txn) Rollback() { _ = t.t.Rollback() }

func (t *txn) Commit(d history.Durability) error { return translate(t.t.Commit(durability(d))) }

func found(value []byte, err error) ([]byte, bool, error) {
	if errors.Is(err, engine.ErrNotFound) {
		return nil, false, nil
	}
	return value, err == nil, translate(err)
}

func durability(d history.Durability) engine.Durability {
	switch d {
	case history.Sync:
		return engine.Sync
	case history.NoSync:
		return engine.NoSync
	default:
		return engine.Buffered
	}
}

// translate marks the errors that drivers handle.
func translate(err error) error {
	if err == nil {
		return nil
	}
	var classes []error
	for _, m := range []struct{ theirs, ours error }{
		{engine.ErrConflict, workloads.ErrConflict},
		{engine.ErrPoisoned, workloads.ErrRefused},
		{engine.ErrNoRoom, workloads.ErrRefused},
		{engine.ErrClosed, workloads.ErrRefused},
		{engine.ErrReadOnly, workloads.ErrRefused},
		{engine.ErrLocked, workloads.ErrLocked},
		{engine.ErrTooLarge, workloads.ErrTooLarge},
		{engine.ErrCorrupt, workloads.ErrCorrupt},
	} {
		if errors.Is(err, m.theirs) {
			classes = append(classes, m.ours)
		}
	}
	if classes == nil {
		return err
	}
	return marked{err, classes}
}

// marked is an engine error that also matches classes of the driver's errors; its text is the engine's.
type marked struct {
	error
	classes []error // several if damage has poisoned the store
}

func (m marked) Is(target error) bool { return slices.Contains(m.classes, target) }
func (m marked) Unwrap() error        { return m.error }

package workloads_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"sync"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// memstore is a store in memory that is correct unless told otherwise: every version of every key, and optimistic
// transactions.
type memstore struct {
	flaw  flaw
	every int // a flaw shows in one of this many calls

	mu       sync.Mutex
	seq      int
	versions map[string][]version
	calls    int
	poisoned bool
}

type version struct {
	seq     int
	value   []byte
	deleted bool
}

// flaw is what is wrong with a memstore.
type flaw int

const (
	none         flaw = iota
	lostUpdate        // conflicts of transactions go unnoticed
	tornBatch         // a batch loses its last write
	staleRead         // a read returns the version before the latest
	dirtyWrite        // uncommitted puts are visible, even if the transaction conflicts later
	lostWrite         // an acknowledged write did nothing
	garbage           // a read returns a flipped bit
	disorder          // a scan swaps two keys
	torture           // a call panics
	brokenDisk        // one write fails, and all later ones are refused
	refusedDone       // a refused write is applied
	tornSnapshot      // snapshots read the latest version
	blindToSelf       // transactions do not read their own writes
	writeSkew         // reads of serializable transactions are not validated
	oldSnapshot       // snapshots are too old
	keptRollback      // a rolled back transaction is committed
	phantom           // serializable transactions do not validate absent keys of a range

	lateCursor         // cursors show what is there when they are moved
	turnSkips          // a cursor that turns from forward to backward skips a key
	inclusiveBound     // a cursor shows the key at its end
	seekPasses         // SeekGE skips the key it is given
	shortStream        // streams lack their last byte
	rangeForgetsBefore // a range deletion in a batch keeps the batch's earlier writes
	overruns           // a scan in a transaction does not stop at its end
	overrunsBackward   // a cursor in a transaction begins past its end
)

var errDisk = errors.New("input/output error")

func newMemstore(f flaw, every int) *memstore {
	return &memstore{flaw: f, every: every, versions: map[string][]version{}}
}

// strikes reports whether flaw f shows in this call. The lock must be held.
func (m *memstore) strikes(f flaw) bool {
	if m.flaw != f {
		return false
	}
	m.calls++
	return m.calls%m.every == 0
}

func (m *memstore) at(key []byte, seq int) ([]byte, bool) {
	skip := 0
	if m.strikes(staleRead) {
		skip = 1
	}
	for _, v := range slices.Backward(m.versions[string(key)]) {
		if v.seq <= seq {
			if skip > 0 {
				skip--
				continue
			}
			value := bytes.Clone(v.value)
			if len(value) > 0 && m.strikes(garbage) {
				value[len(value)/2] ^= 1
			}
			return value, !v.deleted
		}
	}
	return nil, false
}

func (m *memstore) Get(key []byte) ([]byte, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	value, found := m.at(key, m.seq)
	return value, found, nil
}

func (m *memstore) Apply(writes []history.Write, _ history.Durability) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.poisoned {
		return workloads.ErrRefused
	}
	if m.strikes(torture) {
		panic("invariant broken")
	}
	if m.strikes(brokenDisk) {
		m.poisoned = true
		return errDisk
	}
	if m.strikes(lostWrite) {
		return nil
	}
	if len(writes) > 1 && m.strikes(tornBatch) {
		writes = writes[:len(writes)-1]
	}
	m.apply(writes)
	if m.strikes(refusedDone) {
		return workloads.ErrRefused
	}
	return nil
}

func (m *memstore) apply(writes []history.Write) {
	m.seq++
	for _, w := range writes {
		v := version{seq: m.seq, value: bytes.Clone(w.Value), deleted: w.Delete}
		m.versions[string(w.Key)] = append(m.versions[string(w.Key)], v)
	}
}

func (m *memstore) Scan(from, to []byte, visit func(key, value []byte) bool) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	var keys []string
	for _, k := range slices.Sorted(maps.Keys(m.versions)) {
		if k >= string(from) && (len(to) == 0 || k < string(to)) {
			keys = append(keys, k)
		}
	}
	if len(keys) > 1 && m.strikes(disorder) {
		keys[0], keys[1] = keys[1], keys[0]
	}
	for _, k := range keys {
		if value, found := m.at([]byte(k), m.seq); found && !visit([]byte(k), value) {
			break
		}
	}
	return nil
}

func (m *memstore) Begin(i workloads.Isolation) (workloads.Txn, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	snapshot := m.seq
	if i == workloads.ReadOnly && m.strikes(oldSnapshot) {
		snapshot = max(0, m.seq-5)
	}
	return &memtxn{store: m, isolation: i, snapshot: snapshot, reads: map[string]bool{}}, nil
}

func (m *memstore) Flush() error   { return nil }
func (m *memstore) Compact() error { return nil }
func (m *memstore) Close() error   { return nil }

// memtxn is a transaction of a memstore.
type memtxn struct {
	store     *memstore
	isolation workloads.Isolation
	snapshot  int
	reads     map[string]bool
	ranges    [][2]string // scanned ranges
	writes    []history.Write
}

func (t *memtxn) Get(key []byte) ([]byte, bool, error) {
	runtime.Gosched()
	t.store.mu.Lock()
	defer t.store.mu.Unlock()
	for _, w := range slices.Backward(t.writes) {
		if t.store.flaw != blindToSelf && bytes.Equal(w.Key, key) {
			return bytes.Clone(w.Value), !w.Delete, nil
		}
	}
	t.reads[string(key)] = true
	snapshot := t.snapshot
	if t.store.flaw == tornSnapshot {
		snapshot = t.store.seq
	}
	value, found := t.store.at(key, snapshot)
	return value, found, nil
}

func (t *memtxn) Scan(from, to []byte, visit func(key, value []byte) bool) error {
	if t.store.flaw != phantom {
		t.ranges = append(t.ranges, [2]string{string(from), string(to)})
	}
	keys := map[string]bool{}
	t.store.mu.Lock()
	for key := range t.store.versions {
		keys[key] = true
	}
	t.store.mu.Unlock()
	for _, w := range t.writes {
		keys[string(w.Key)] = true
	}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		if key < string(from) || len(to) > 0 && key >= string(to) && t.store.flaw != overruns {
			continue
		}
		if value, found, _ := t.Get([]byte(key)); found && !visit([]byte(key), value) {
			break
		}
	}
	return nil
}

func (t *memtxn) Put(key, value []byte) error {
	t.writes = append(t.writes, history.Write{Key: bytes.Clone(key), Value: bytes.Clone(value)})
	if t.store.flaw == dirtyWrite {
		t.store.mu.Lock()
		t.store.apply(t.writes[len(t.writes)-1:])
		t.store.mu.Unlock()
		runtime.Gosched()
	}
	return nil
}

func (t *memtxn) Delete(key []byte) error {
	t.writes = append(t.writes, history.Write{Key: bytes.Clone(key), Delete: true})
	return nil
}

func (t *memtxn) Commit(history.Durability) error {
	t.store.mu.Lock()
	defer t.store.mu.Unlock()
	if t.store.poisoned {
		return workloads.ErrRefused
	}
	if t.conflicts() && t.store.flaw != lostUpdate {
		return fmt.Errorf("memstore: %w", workloads.ErrConflict)
	}
	t.store.apply(t.writes)
	return nil
}

// conflicts reports whether another transaction committed first.
func (t *memtxn) conflicts() bool {
	newer := func(key string) bool {
		vs := t.store.versions[key]
		return len(vs) > 0 && vs[len(vs)-1].seq > t.snapshot
	}
	for _, w := range t.writes {
		if newer(string(w.Key)) {
			return true
		}
	}
	if t.isolation == workloads.Serializable && t.store.flaw != writeSkew {
		for key := range t.reads {
			if newer(key) {
				return true
			}
		}
	}
	if t.store.flaw == writeSkew {
		return false
	}
	for key := range t.store.versions {
		inRange := func(r [2]string) bool { return key >= r[0] && key < r[1] }
		if t.isolation == workloads.Serializable && slices.ContainsFunc(t.ranges, inRange) && newer(key) {
			return true
		}
	}
	return false
}

func (t *memtxn) Rollback() {
	t.store.mu.Lock()
	defer t.store.mu.Unlock()
	if t.store.flaw == keptRollback {
		t.store.apply(t.writes)
	}
}

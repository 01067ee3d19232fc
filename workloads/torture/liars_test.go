package torture

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
)

// liar is a toy with one mistake: a function that replaces one of the toy's.
type liar struct {
	*toy.Store
	env       Env
	recovered bool // the store existed when it was opened

	mu      sync.Mutex
	applied int // number of commits
	late    []history.Write
	apply   func(writes []history.Write, d history.Durability) error
	get     func(key []byte) ([]byte, bool, error)
	scan    func(from, to []byte, visit func(key, value []byte) bool) error
	sync    func() error
	close   func() error

	lateSnapshots bool
}

func (l *liar) Apply(writes []history.Write, d history.Durability) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.applied++
	if l.apply != nil {
		return l.apply(writes, d)
	}
	return l.Store.Apply(writes, d)
}

func (l *liar) Get(key []byte) ([]byte, bool, error) {
	if l.get != nil {
		return l.get(key)
	}
	return l.Store.Get(key)
}

func (l *liar) Scan(from, to []byte, visit func(key, value []byte) bool) error {
	if l.scan != nil {
		return l.scan(from, to, visit)
	}
	return l.Store.Scan(from, to, visit)
}

// Sync is a barrier, implemented as a commit of a record that changes nothing.
func (l *liar) Sync() error {
	if l.sync != nil {
		return l.sync()
	}
	return l.Store.Apply([]history.Write{{Key: []byte("~sync"), Delete: true}}, history.Sync)
}

func (l *liar) Close() error {
	if l.close != nil {
		return errors.Join(l.close(), l.Store.Close())
	}
	return l.Store.Close()
}

// NewSnapshot copies the store.
func (l *liar) NewSnapshot() (workloads.Snapshot, error) {
	s := &copied{pairs: map[string][]byte{}}
	if l.lateSnapshots {
		s.store = l
	}
	err := l.Scan(nil, nil, func(key, value []byte) bool {
		s.pairs[string(key)] = bytes.Clone(value)
		return true
	})
	return s, err
}

// copied is a snapshot made by copying the store.
type copied struct {
	pairs map[string][]byte
	store *liar // if set, reads go to the current store instead: the mistake
}

func (c *copied) Get(key []byte) ([]byte, bool, error) {
	if c.store != nil {
		return c.store.Store.Get(key)
	}
	value, found := c.pairs[string(key)]
	return value, found, nil
}

func (c *copied) Close() error { return nil }

// own copies writes that a store keeps, because the caller may reuse its slices after the call.
func own(writes []history.Write) []history.Write {
	kept := slices.Clone(writes)
	for i := range kept {
		kept[i].Key, kept[i].Value = bytes.Clone(kept[i].Key), bytes.Clone(kept[i].Value)
	}
	return kept
}

// keepsLatest makes the store keep its latest commit in memory, visible to all readers, until the next commit or Close.
func (l *liar) keepsLatest() {
	flush := func() error {
		late := l.late
		l.late = nil
		return l.Store.Apply(late, history.Sync)
	}
	l.apply = func(writes []history.Write, _ history.Durability) error {
		err := flush()
		l.late = own(writes)
		return err
	}
	l.close, l.sync = flush, flush
	l.get = func(key []byte) ([]byte, bool, error) {
		for _, w := range slices.Backward(l.late) {
			if bytes.Equal(w.Key, key) {
				return w.Value, !w.Delete, nil
			}
		}
		return l.Store.Get(key)
	}
	l.scan = func(from, to []byte, visit func(key, value []byte) bool) error {
		state := map[string][]byte{}
		err := l.Store.Scan(nil, nil, func(key, value []byte) bool { state[string(key)] = bytes.Clone(value); return true })
		for _, w := range l.late {
			if delete(state, string(w.Key)); !w.Delete {
				state[string(w.Key)] = w.Value
			}
		}
		for _, key := range slices.Sorted(maps.Keys(state)) {
			if key >= string(from) && (len(to) == 0 || key < string(to)) && !visit([]byte(key), state[key]) {
				break
			}
		}
		return err
	}
}

// lying returns a target that opens toys with a mistake.
func lying(lie func(l *liar)) Target {
	t := toy.Target(toy.Correct)
	t.Open = func(env Env) (workloads.Store, error) {
		_, missing := env.FS.Stat(env.Dir + "/log")
		s, err := toy.Open(env, toy.Correct)
		if err != nil {
			return nil, err
		}
		l := &liar{Store: s, env: env, recovered: !errors.Is(missing, fs.ErrNotExist)}
		lie(l)
		return l, nil
	}
	return t
}

func TestALiarThatTellsNoLiePasses(t *testing.T) {
	sameRaces(t)
	t.Parallel()
	for _, workload := range []string{"kv", "edges", "lifecycle"} {
		o := liarOptions(workload, "power")
		r, err := Check(t.Context(), lying(func(*liar) {}), o)
		require.NoError(t, err)
		assert.Equal(t, checker.Pass, r.Verdict, "%v %+v", r.Reasons, r.Findings)
	}
}

func liarOptions(workload, fault string) Options {
	o := toyOptions(fault)
	o.Workloads, o.Rounds, o.Ops, o.Keys, o.CrashPoints, o.NoShrink = []string{workload}, 1, 60, 20, 10, true
	return o
}

// Each of these stores has one mistake. The lab must find it, and the sentence of a finding must describe it.
func TestEveryMistakeIsFound(t *testing.T) {
	sameRaces(t)
	t.Parallel()
	for _, c := range []struct {
		mistake, workload, fault string
		says                     string // a regular expression
		lie                      func(l *liar)
	}{
		{"acknowledges before it writes", "kv", "power", "Stale read in .*, although commit #.* had overwritten it before", func(l *liar) {
			l.apply = func(writes []history.Write, d history.Durability) error {
				before := l.late
				l.late = own(writes)
				if len(before) == 0 {
					return nil
				}
				return l.Store.Apply(before, d)
			}
			l.close = func() error { return l.Store.Apply(l.late, history.Sync) }
			l.get = func(key []byte) ([]byte, bool, error) {
				for _, w := range slices.Backward(l.late) {
					if bytes.Equal(w.Key, key) {
						return w.Value, !w.Delete, nil
					}
				}
				return l.Store.Get(key)
			}
		}},
		{"acknowledges with sync what it writes in the background", "register", "power", "Commit #.* synced, acknowledged .* is missing after the crash", func(l *liar) {
			l.apply = func(writes []history.Write, _ history.Durability) error { return l.Store.Apply(writes, history.NoSync) }
		}},
		{"a barrier syncs nothing", "kv", "power", "is missing after the crash", func(l *liar) {
			l.sync = func() error { return nil }
		}},
		{"a barrier swallows a disk error", "kv", "failed-fsync", "is missing after the crash", func(l *liar) {
			l.sync = func() error { _ = (&liar{Store: l.Store}).Sync(); return nil }
		}},
		{"a reopened store is empty", "lifecycle", "power", "(absent|missing)", func(l *liar) {
			if l.recovered {
				l.get = func([]byte) ([]byte, bool, error) { return nil, false, nil }
				l.scan = func(_, _ []byte, _ func(key, value []byte) bool) error { return nil }
			}
		}},
		{"a scan ignores the upper bound", "kv", "power", "(?i)scan.*(out of|beyond|not in|order|bounds)", func(l *liar) {
			l.scan = func(from, _ []byte, visit func(key, value []byte) bool) error { return l.Store.Scan(from, nil, visit) }
		}},
		{"a key with an empty value is absent", "edges", "power", "is absent|missing|disagree", func(l *liar) {
			l.get = func(key []byte) ([]byte, bool, error) {
				value, found, err := l.Store.Get(key)
				return value, found && len(value) > 0, err
			}
		}},
		{"a long value is truncated", "edges", "power", "a value that nobody wrote|disagree", func(l *liar) {
			l.apply = func(writes []history.Write, d history.Durability) error {
				writes = own(writes)
				for i := range writes {
					writes[i].Value = writes[i].Value[:min(len(writes[i].Value), 1<<12)]
				}
				return l.Store.Apply(writes, d)
			}
		}},
		{"refuses as too large what it accepted before", "kv", "power", "is refused as too large, with .*; #[0-9]+ was accepted before", func(l *liar) {
			l.apply = func(writes []history.Write, d history.Durability) error {
				if l.applied > 8 && l.applied%2 == 0 {
					return workloads.ErrTooLarge
				}
				return l.Store.Apply(writes, d)
			}
		}},
		{"keeps the latest commit in memory until the next one", "kv", "power", "[Cc]ommit #.* is missing after the crash", func(l *liar) {
			l.keepsLatest()
		}},
		{"snapshots show later commits", "kv", "power", "shows commit #.* in snapshot #.*, although that commit was called only at tick", func(l *liar) {
			l.lateSnapshots = true
		}},
		{"closing fails", "kv", "power", "The store failed on a disk that did what it was told: close: lie", func(l *liar) {
			l.close = func() error { return errors.New("lie") }
		}},
		{"closing panics", "kv", "power", "The engine panicked: lie", func(l *liar) {
			l.close = func() error { panic("lie") }
		}},
		{"commits without Sync are written in the wrong order", "kv", "power", "Stale read in .* not synced", func(l *liar) {
			l.apply = func(writes []history.Write, d history.Durability) error {
				if d != history.Sync && l.late == nil {
					l.late = own(writes)
					return nil
				}
				err := l.Store.Apply(writes, d)
				if l.late != nil {
					err = errors.Join(err, l.Store.Apply(l.late, d))
				}
				l.late = nil
				return err
			}
		}},
	} {
		t.Run(c.mistake, func(t *testing.T) {
			t.Parallel()
			o := liarOptions(c.workload, c.fault)
			o.StopAfter, o.Rounds = 1, 6
			r, err := Check(t.Context(), lying(c.lie), o)
			require.NoError(t, err)
			require.Equal(t, checker.Fail, r.Verdict, "%v", r.Reasons)
			assert.Regexp(t, c.says, r.Findings[0].Sentence)
			t.Log(r.Findings[0].Sentence)
		})
	}
}

// An engine that answers everything with an error that is sometimes legitimate proves nothing.
func TestAStoreThatReturnsOnlyErrorsDoesNotPass(t *testing.T) {
	sameRaces(t)
	t.Parallel()
	for _, c := range []struct {
		mistake, says string
		lie           func(l *liar)
	}{
		{"everything is too large", "no commit of a client was acknowledged", func(l *liar) {
			l.apply = func([]history.Write, history.Durability) error { return workloads.ErrTooLarge }
		}},
		{"every batch is too large", `only [0-9]+ of [0-9]+ batch operations succeeded; the others ended with an error such as "workloads: too large`, func(l *liar) {
			l.apply = func(writes []history.Write, d history.Durability) error {
				if len(writes) > 1 {
					return workloads.ErrTooLarge
				}
				return l.Store.Apply(writes, d)
			}
		}},
	} {
		t.Run(c.mistake, func(t *testing.T) {
			t.Parallel()
			r, err := Check(t.Context(), lying(c.lie), liarOptions("kv", "power"))
			require.NoError(t, err)
			require.NotEqual(t, checker.Pass, r.Verdict)
			assert.Regexp(t, c.says, fmt.Sprint(r.Reasons))
		})
	}
}

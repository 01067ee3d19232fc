package bench

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// childEnv tells the test binary to act as a child.
const childEnv = "BENCH_TEST_CHILD"

// TestMain lets the test binary act as the child of its own tests.
func TestMain(m *testing.M) {
	if os.Getenv(childEnv) == "" {
		os.Exit(m.Run())
	}
	err := Child(fakes(), os.Stdin, os.Stdout)
	if err == nil {
		return
	}
	fmt.Fprintln(os.Stderr, err)
	if errors.Is(err, ErrWrong) {
		os.Exit(1)
	}
	os.Exit(4)
}

// fakes returns an engine that is right, and engines that are each wrong in the way that their name says.
func fakes() []Engine {
	var all []Engine
	for _, flaw := range []string{
		"right", "wrong value", "lost commit", "invented entry", "disorder", "lost update", "damage", "lost when killed",
		"does not open", "panics", "talks",
	} {
		open := func(c Config) (workloads.Store, error) { return openFake(c.Dir, flaw) }
		all = append(all, Engine{Name: flaw, Open: open, NoSyncSurvivesKill: true, NewMemory: func() func() (workloads.Store, error) {
			dir, err := os.MkdirTemp("", "fake-") // removed together with the test's own directory
			return func() (workloads.Store, error) {
				if err != nil {
					return nil, err
				}
				return openFake(dir, flaw)
			}
		}})
	}
	all = append(all, Engine{
		Name: Reference, Open: func(c Config) (workloads.Store, error) { return openFake(c.Dir, "lost when killed") },
		Lacks: map[string]string{"get-memtable": "it is a fake"},
	})
	return all
}

// fake is a store that consists of a map and a log of JSON lines.
type fake struct {
	flaw    string
	mu      sync.Mutex
	log     *os.File
	pairs   map[string]string
	commits int
}

func openFake(dir, flaw string) (*fake, error) {
	switch flaw {
	case "does not open":
		return nil, errors.New("the lock is rusty")
	case "panics":
		panic("out of paper")
	case "talks":
		fmt.Println("hello")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	path := filepath.Join(dir, "log")
	f := &fake{flaw: flaw, pairs: map[string]string{}}
	data, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	for line := range bytes.Lines(data) {
		var writes []history.Write
		if err := json.Unmarshal(line, &writes); err != nil {
			return nil, err
		}
		f.set(writes)
	}
	f.log, err = os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	return f, err
}

func (f *fake) set(writes []history.Write) {
	for _, w := range writes {
		f.pairs[string(w.Key)] = string(w.Value)
	}
}

func (f *fake) Get(key []byte) ([]byte, bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	value, found := f.pairs[string(key)]
	if f.flaw == "invented entry" && !found {
		return []byte("ghost"), true, nil
	}
	if f.flaw == "wrong value" && found {
		value = value[:len(value)-1] + "?"
	}
	return []byte(value), found, nil
}

func (f *fake) Apply(writes []history.Write, _ history.Durability) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.commits++; f.flaw == "lost commit" && f.commits%50 == 0 {
		return nil
	}
	f.set(writes)
	if f.flaw == "lost when killed" {
		return nil // only Close writes it
	}
	line, err := json.Marshal(writes)
	if err == nil {
		_, err = f.log.Write(append(line, '\n'))
	}
	return err
}

func (f *fake) Scan(_, _ []byte, visit func(key, value []byte) bool) error {
	keys := slices.Sorted(maps.Keys(f.pairs))
	if f.flaw == "disorder" && len(keys) > 2 {
		keys[1], keys[2] = keys[2], keys[1]
	}
	for _, key := range keys {
		if !visit([]byte(key), []byte(f.pairs[key])) {
			return nil
		}
	}
	return nil
}

func (f *fake) Begin(workloads.Isolation) (workloads.Txn, error) {
	return &fakeTxn{f: f, read: map[string]string{}}, nil
}

func (f *fake) Verify() error {
	if f.flaw == "damage" {
		return workloads.ErrCorrupt
	}
	return nil
}

func (f *fake) Compact() error { return nil }
func (f *fake) Flush() error   { return nil }
func (f *fake) Close() error   { return f.log.Close() }

// fakeTxn is optimistic: Commit fails if anything it read has changed.
type fakeTxn struct {
	f      *fake
	read   map[string]string
	writes []history.Write
}

func (t *fakeTxn) Get(key []byte) ([]byte, bool, error) {
	value, found, err := t.f.Get(key)
	t.read[string(key)] = string(value)
	return value, found, err
}

func (t *fakeTxn) Put(key, value []byte) error {
	t.writes = append(t.writes, history.Write{Key: bytes.Clone(key), Value: bytes.Clone(value)})
	return nil
}

func (t *fakeTxn) Delete([]byte) error { return errors.ErrUnsupported }
func (t *fakeTxn) Rollback()           {}

func (t *fakeTxn) Commit(history.Durability) error {
	t.f.mu.Lock()
	defer t.f.mu.Unlock()
	if t.f.flaw == "lost update" && len(t.writes) > 0 {
		t.f.set(t.writes[1:]) // money appears
		return nil
	}
	for key, value := range t.read {
		if t.f.pairs[key] != value {
			return workloads.ErrConflict
		}
	}
	t.f.set(t.writes)
	return nil
}

package log

import (
	"errors"
	"path/filepath"
	"slices"
	"testing"
)

// tape records the calls.
type tape struct {
	calls []string
	fails string
}

func (t *tape) call(name string) error {
	t.calls = append(t.calls, name)
	if name == t.fails {
		return errors.New("no")
	}
	return nil
}

func (t *tape) Write(p []byte) (int, error) { return len(p), t.call("write") }
func (t *tape) Sync() error                 { return t.call("sync") }
func (t *tape) Close() error                { return t.call("close") }

func TestAppendWritesAndSyncs(t *testing.T) {
	f := &tape{}
	l := New(f)
	if err := l.Append([]byte("a")); err != nil || !slices.Equal(f.calls, []string{"write", "sync"}) {
		t.Fatal(err, f.calls)
	}
	if l.mu.TryLock(); l.bytes != 1 {
		t.Fatal(l.bytes)
	}
	if l.mu.TryLock() {
		t.Fatal("not locked")
	}
}

func TestAppendReportsFailures(t *testing.T) {
	for _, fails := range []string{"write", "sync"} {
		if New(&tape{fails: fails}).Append([]byte("a")) == nil {
			t.Fatal(fails)
		}
	}
}

func TestReplace(t *testing.T) {
	if err := Replace(filepath.Join(t.TempDir(), "a"), []byte("b")); err != nil {
		t.Fatal(err)
	}
}

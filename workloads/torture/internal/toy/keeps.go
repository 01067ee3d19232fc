package toy

import (
	"errors"
	"fmt"
	"io"
)

// kept is what a store with a leak has not released.
type kept struct {
	readers []io.Closer
	scratch []string
	stop    chan struct{}
}

func waitForEver() { select {} }

// keepOfScan leaks after a scan. It is called with mu held.
func (t *Store) keepOfScan() {
	switch t.bug {
	case KeepsReaders:
		if f, err := t.env.FS.Open(t.env.Dir + "/log"); err == nil {
			t.kept.readers = append(t.kept.readers, f)
		}
	case KeepsWaiters:
		if t.kept.stop == nil {
			t.kept.stop = make(chan struct{})
		}
		go func(stop <-chan struct{}) { <-stop }(t.kept.stop)
	default:
	}
}

// keepOfCommit leaks after a commit. It is called with mu held.
func (t *Store) keepOfCommit() {
	if t.bug != KeepsScratch {
		return
	}
	name := fmt.Sprintf("%s/scratch-%d", t.env.Dir, len(t.kept.scratch))
	if f, err := t.env.FS.Create(name); err == nil && f.Close() == nil {
		t.kept.scratch = append(t.kept.scratch, name)
	}
}

// giveBack releases what was kept. With KeepsGoroutine it leaks a goroutine instead.
func (t *Store) giveBack() (err error) {
	for _, r := range t.kept.readers {
		err = errors.Join(err, r.Close())
	}
	for _, name := range t.kept.scratch {
		err = errors.Join(err, t.env.FS.Remove(name))
	}
	if t.kept.stop != nil {
		close(t.kept.stop)
	}
	if t.bug == KeepsGoroutine {
		go waitForEver()
	}
	t.kept = kept{}
	return err
}

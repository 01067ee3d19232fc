package bench

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"runtime/pprof"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/hostdisk"
)

// Sizes in bytes that all engines share.
const (
	memtableBytes     = 64 << 20
	memtableBytesFull = 512 << 20
	cacheBytes        = 256 << 20
)

// MemoryConfig returns the configuration of stores in memory.
func MemoryConfig() Config { return Config{MemtableBytes: memtableBytes, CacheBytes: cacheBytes} }

// session is one engine with one store, in one process.
type session struct {
	job
	engine Engine
	store  workloads.Store // nil in state closed
	loaded int             // entries 0..loaded-1 are in the store
}

// config says how to open a store in a given state for a work.
func (s *session) config(w work) Config {
	c := Config{
		Dir: filepath.Join(s.Dir, "store"), MemtableBytes: memtableBytes, CacheBytes: cacheBytes,
		Sync: w.durability == history.Sync,
	}
	if w.state == memtable {
		c.MemtableBytes, c.FullMemtable = memtableBytesFull, true
	}
	return c
}

// open opens the store for a work.
func (s *session) open(w work) error {
	return s.openWith(func() (workloads.Store, error) { return s.engine.Open(s.config(w)) })
}

// openWith sets the store only if it was opened, because an engine may return a typed nil pointer with its error.
func (s *session) openWith(open opener) error {
	store, err := open()
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	s.store = store
	return nil
}

// prepare brings the store into the state that the session's works need.
func (s *session) prepare(w work) error {
	if w.state == closed {
		return nil
	}
	if err := s.open(w); err != nil || w.state == fresh {
		return err
	}
	if err := s.load(); err != nil {
		return fmt.Errorf("load: %w", err)
	}
	if m, ok := s.store.(workloads.Maintainer); ok && w.state == compacted {
		if err := m.Compact(); err != nil {
			return fmt.Errorf("compact: %w", err)
		}
	}
	settle(settleLimit)
	return s.warm()
}

// load puts all entries in batches, the fastest way in every engine.
func (s *session) load() error {
	t, err := s.putBatches(1, loadLimit, history.Buffered)
	if err == nil && s.loaded < s.Entries {
		err = fmt.Errorf("%w: %d of %d entries after %.0f s; ask for fewer", ErrConfig, s.loaded, s.Entries, t.seconds)
	}
	return err
}

// warm reads entries until the caches are full.
func (s *session) warm() error {
	_, err := s.readAll(plan{runtime.GOMAXPROCS(0), s.loaded, warmLimit, chunk}, 0)
	return err
}

// measured executes a plan as drive does, and writes a profile if one is requested.
func (s *session) measured(t trial, p plan, begin func(worker int) func(i int) error) (all tally, err error) {
	if s.Profile == "" {
		return drive(p, begin)
	}
	name := fmt.Sprintf("%s-%d-%s-%d.pprof", t.work.name, t.goroutines, s.Engine, s.Round)
	err = hostdisk.WriteFile(filepath.Join(s.Profile, name), 0o666, func(w io.Writer) error {
		checked := bufio.NewWriter(w) // keeps the first error, which the profiler ignores
		if err := pprof.StartCPUProfile(checked); err != nil {
			return err
		}
		var failed error
		all, failed = drive(p, begin)
		pprof.StopCPUProfile()
		return errors.Join(failed, checked.Flush())
	})
	return all, err
}

// verify reads the whole store, which must hold exactly the loaded entries, and has the engine verify its files.
func (s *session) verify() error {
	count, err := s.contents()
	if err == nil && count != s.loaded {
		err = fmt.Errorf("%w: the store has %d entries, %d were written", ErrWrong, count, s.loaded)
	}
	if err != nil {
		return err
	}
	return s.checkFiles()
}

func (s *session) checkFiles() error {
	v, ok := s.store.(workloads.Verifier)
	if !ok {
		return nil
	}
	if err := v.Verify(); err != nil {
		return fmt.Errorf("%w: verify: %w", ErrWrong, err)
	}
	return nil
}

// contents counts the entries of the store. It checks that each was written and that keys ascend.
func (s *session) contents() (count int, err error) {
	var last, wantKey, wantValue [valueBytes]byte
	var wrong error
	err = s.store.Scan(nil, nil, func(key, value []byte) bool {
		if count > 0 && bytes.Compare(last[:keyBytes], key) >= 0 {
			wrong = fmt.Errorf("%w: key %x comes after %x", ErrWrong, key, last[:keyBytes])
			return false
		}
		copy(last[:], key)
		count++
		wrong = checkEntry(key, value, wantKey[:keyBytes], wantValue[:])
		return wrong == nil
	})
	return count, errors.Join(err, wrong)
}

// close closes the store if it is open.
func (s *session) close() error {
	store := s.store
	s.store = nil
	if store == nil {
		return nil
	}
	return store.Close()
}

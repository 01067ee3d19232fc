package shards

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"maps"
	"os"
	"slices"
	"sync"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
)

// logs is the number of logs of a store.
const logs = 3

// Store is a store in several logs.
type Store struct {
	mu         sync.Mutex
	bug        Bug
	env        contract.Env
	generation uint64
	logs       [logs]afero.File
	sizes      [logs]int64
	dirty      [logs]bool
	last       uint64 // number of the latest commit
	pairs      map[string][]byte
	broken     error
}

var errClosed = errors.New("shards: closed")

// Open opens or creates a store with a bug.
func Open(env contract.Env, bug Bug) (*Store, error) {
	s := &Store{bug: bug, env: env, pairs: map[string][]byte{}}
	if err := s.recover(); err != nil {
		return nil, err
	}
	s.generation++
	if err := s.begin(); err != nil {
		return nil, err
	}
	if err := s.openLogs(); err != nil {
		return nil, errors.Join(err, s.closeLogs())
	}
	return s, nil
}

func (s *Store) logName(generation uint64, i int) string {
	return fmt.Sprintf("%s/log-%d-%d", s.env.Dir, generation, i)
}

// openLogs creates the logs of the store's generation.
func (s *Store) openLogs() (err error) {
	for i := range s.logs {
		if s.logs[i], err = s.env.FS.OpenFile(s.logName(s.generation, i), os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o666); err != nil {
			return err
		}
		if err = s.logs[i].Sync(); err != nil {
			return err
		}
	}
	if s.bug == NoDirSync {
		return nil
	}
	return syncDir(s.env.FS, s.env.Dir)
}

func (s *Store) closeLogs() (err error) {
	for _, f := range s.logs {
		if f != nil {
			err = errors.Join(err, f.Close())
		}
	}
	return err
}

// Apply commits writes as one record.
func (s *Store) Apply(writes []history.Write, d history.Durability) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken != nil {
		return fmt.Errorf("%w: %w", workloads.ErrRefused, s.broken)
	}
	if len(writes) == 0 {
		return nil
	}
	for _, w := range writes {
		if len(w.Key) >= 1<<16 || len(w.Value) >= 1<<31 {
			return workloads.ErrTooLarge
		}
	}
	if err := s.commit(writes, d); err != nil {
		s.broken = err
		return err
	}
	apply(s.pairs, writes)
	return nil
}

func (s *Store) commit(writes []history.Write, d history.Durability) error {
	s.last++
	i := s.last % logs
	record := encode(s.last, writes)
	if _, err := s.logs[i].WriteAt(record, s.sizes[i]); err != nil {
		return err
	}
	s.sizes[i] += int64(len(record))
	s.dirty[i] = true
	for i := range s.logs {
		if d != history.Sync || !s.dirty[i] || s.bug == NoLogSync && i == 1 {
			continue
		}
		if err := s.logs[i].Sync(); err != nil {
			return err
		}
		s.dirty[i] = false
	}
	return nil
}

func apply(pairs map[string][]byte, writes []history.Write) {
	for _, w := range writes {
		if w.Delete {
			delete(pairs, string(w.Key))
		} else {
			pairs[string(w.Key)] = bytes.Clone(w.Value)
		}
	}
}

// encode returns a record: length, checksum, number of the commit, and its writes.
func encode(number uint64, writes []history.Write) []byte {
	b := binary.LittleEndian.AppendUint64(make([]byte, 8), number)
	for _, w := range writes {
		b = binary.LittleEndian.AppendUint16(b, uint16(len(w.Key)))
		n := uint32(len(w.Value) + 1)
		if w.Delete {
			n = 0
		}
		b = append(binary.LittleEndian.AppendUint32(b, n), w.Key...)
		b = append(b, w.Value...)
	}
	binary.LittleEndian.PutUint32(b, uint32(len(b)-8))
	binary.LittleEndian.PutUint32(b[4:], crc32.ChecksumIEEE(b[8:]))
	return b
}

// Get returns the value of a key.
func (s *Store) Get(key []byte) ([]byte, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if errors.Is(s.broken, errClosed) {
		return nil, false, fmt.Errorf("%w: %w", workloads.ErrRefused, s.broken)
	}
	value, found := s.pairs[string(key)]
	return bytes.Clone(value), found, nil
}

// Scan visits the pairs of a range.
func (s *Store) Scan(from, to []byte, visit func(key, value []byte) bool) error {
	s.mu.Lock()
	if errors.Is(s.broken, errClosed) {
		s.mu.Unlock()
		return fmt.Errorf("%w: %w", workloads.ErrRefused, s.broken)
	}
	pairs := maps.Clone(s.pairs)
	s.mu.Unlock()
	for _, key := range slices.Sorted(maps.Keys(pairs)) {
		if key < string(from) || len(to) > 0 && key >= string(to) {
			continue
		}
		if !visit([]byte(key), bytes.Clone(pairs[key])) {
			return nil
		}
	}
	return nil
}

// Close closes the logs.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if errors.Is(s.broken, errClosed) {
		return errClosed
	}
	broken := s.broken
	s.broken = errClosed
	return errors.Join(broken, s.closeLogs())
}

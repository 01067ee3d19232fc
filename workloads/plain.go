package workloads

import (
	"bytes"
	"slices"
	"sync"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Plain is the minimum that a key-value store has to offer: no batches, no transactions, no order of keys. Its Store
// method turns it into a Store, so that an adapter takes a few lines. The functions must be safe for concurrent use.
// Slices passed to them belong to the caller, who overwrites them once Put and Delete have returned. All functions but
// Sync must be set.
//
// Batches are not atomic, so the target must not promise AtomicBatch. Writes wait while pairs are listed, so that a
// scan is of one instant; only reads and writes of single keys run concurrently. A store with batches or snapshots of
// its own should implement Store instead.
type Plain struct {
	Get    func(key []byte) (value []byte, found bool, err error)
	Put    func(key, value []byte) error
	Delete func(key []byte) error
	Pairs  func(visit func(key, value []byte)) error // calls visit with every pair, in any order
	// Sync makes everything durable for which Put and Delete have returned. Nil means that it already is when they
	// return.
	Sync  func() error
	Close func() error
}

// Store returns the store. It panics if a required function is missing.
func (p Plain) Store() Store {
	missing := ""
	switch {
	case p.Get == nil:
		missing = "Get"
	case p.Put == nil:
		missing = "Put"
	case p.Delete == nil:
		missing = "Delete"
	case p.Pairs == nil:
		missing = "Pairs"
	case p.Close == nil:
		missing = "Close"
	}
	if missing != "" {
		panic("workloads: Plain has no " + missing)
	}
	return &plainStore{p: p}
}

type plainStore struct {
	p       Plain
	listing sync.RWMutex // writers hold it for reading
}

func (s *plainStore) Get(key []byte) ([]byte, bool, error) { return s.p.Get(key) }

// Apply makes one write after another.
func (s *plainStore) Apply(writes []history.Write, d history.Durability) error {
	s.listing.RLock()
	defer s.listing.RUnlock()
	for _, w := range writes {
		err := error(nil)
		if w.Delete {
			err = s.p.Delete(w.Key)
		} else {
			err = s.p.Put(w.Key, w.Value)
		}
		if err != nil {
			return err
		}
	}
	if d == history.Sync && s.p.Sync != nil && len(writes) > 0 {
		return s.p.Sync()
	}
	return nil
}

func (s *plainStore) Scan(from, to []byte, visit func(key, value []byte) bool) error {
	var pairs []history.Write
	s.listing.Lock()
	err := s.p.Pairs(func(key, value []byte) {
		if bytes.Compare(key, from) >= 0 && (len(to) == 0 || bytes.Compare(key, to) < 0) {
			pairs = append(pairs, history.Write{Key: bytes.Clone(key), Value: bytes.Clone(value)})
		}
	})
	s.listing.Unlock()
	if err != nil {
		return err
	}
	slices.SortFunc(pairs, func(a, b history.Write) int { return bytes.Compare(a.Key, b.Key) })
	for _, pair := range pairs {
		if !visit(pair.Key, pair.Value) {
			break
		}
	}
	return nil
}

func (s *plainStore) Close() error { return s.p.Close() }

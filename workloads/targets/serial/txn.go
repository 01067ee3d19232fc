package serial

import (
	"bytes"
	"errors"
	"slices"
	"sync"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Errors of misused transactions.
var (
	ErrEnded    = errors.New("serial: the transaction has ended")
	ErrReadOnly = errors.New("serial: the transaction is read-only")
)

// Engine is what a transaction needs from a store.
type Engine interface {
	Get(key []byte) (value []byte, found bool, err error)
	// Start applies the writes atomically. If they are not yet as durable as d requires, wait is not nil and waits
	// until they are.
	Start(writes []history.Write, d history.Durability) (wait func() error, err error)
}

// Serializer runs one transaction at a time. The zero value is ready to use.
type Serializer struct{ mu sync.Mutex }

// Begin waits until no other transaction is running, and starts one.
func (s *Serializer) Begin(e Engine) workloads.Txn {
	s.mu.Lock()
	return &txn{s: s, e: e}
}

type txn struct {
	s      *Serializer
	e      Engine
	writes []history.Write
	ended  bool
}

// Get looks for the key in the transaction's own writes first, from the newest to the oldest; there are few.
func (t *txn) Get(key []byte) ([]byte, bool, error) {
	if t.ended {
		return nil, false, ErrEnded
	}
	for _, w := range slices.Backward(t.writes) {
		if bytes.Equal(w.Key, key) {
			return bytes.Clone(w.Value), !w.Delete, nil
		}
	}
	return t.e.Get(key)
}

func (t *txn) Put(key, value []byte) error {
	return t.write(history.Write{Key: bytes.Clone(key), Value: bytes.Clone(value)})
}

func (t *txn) Delete(key []byte) error {
	return t.write(history.Write{Key: bytes.Clone(key), Delete: true})
}

func (t *txn) write(w history.Write) error {
	if t.ended {
		return ErrEnded
	}
	t.writes = append(t.writes, w)
	return nil
}

func (t *txn) Commit(d history.Durability) error {
	if t.ended {
		return ErrEnded
	}
	wait, err := t.apply(d)
	if err != nil || wait == nil {
		return err
	}
	return wait()
}

func (t *txn) apply(d history.Durability) (wait func() error, err error) {
	defer t.end()
	if len(t.writes) == 0 {
		return nil, nil
	}
	return t.e.Start(t.writes, d)
}

func (t *txn) Rollback() {
	if !t.ended {
		t.end()
	}
}

func (t *txn) end() {
	t.ended = true
	t.s.mu.Unlock()
}

package workloads

import (
	"bytes"
	"fmt"

	"github.com/lightningdb/lightning-torture/workloads/appendlog"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// FromLog presents an append-only log as a read-only Store. Its keys are those of [history.EntryKey] and those of the
// values kept alongside the entries. Apply fails; only the steps of workload log change the log.
func FromLog(l appendlog.Log) Store { return &logStore{l} }

// LogOf returns the log behind a store. ok is false if s is not from FromLog.
func LogOf(s Store) (l appendlog.Log, ok bool) {
	if b, ok := s.(*logStore); ok {
		return b.log, true
	}
	return nil, false
}

// Offers returns an optional interface of a store or, for a store from FromLog, of the log behind it.
func Offers[T any](s Store) (offer T, ok bool) {
	if l, isLog := LogOf(s); isLog {
		offer, ok = l.(T)
		return offer, ok
	}
	offer, ok = s.(T)
	return offer, ok
}

type logStore struct{ log appendlog.Log }

// errNoWrites is returned if anything but workload log writes to a log.
var errNoWrites = fmt.Errorf("%w: it is a log, which only appends and truncates", ErrRefused)

func (s *logStore) Get(key []byte) (value []byte, found bool, err error) {
	if i, ok := history.EntryIndex(key); ok {
		return s.log.Entry(i)
	}
	if k := string(key); k == appendlog.TermKey || k == appendlog.VoteKey {
		return appendlog.Value(s.log, key)
	}
	return nil, false, nil
}

func (s *logStore) Scan(from, to []byte, visit func(key, value []byte) bool) error {
	return appendlog.Visit(s.log, func(key, value []byte) bool {
		if bytes.Compare(key, from) < 0 || len(to) > 0 && bytes.Compare(key, to) >= 0 {
			return true
		}
		return visit(key, value)
	})
}

func (s *logStore) Apply([]history.Write, history.Durability) error { return errNoWrites }
func (s *logStore) Close() error                                    { return s.log.Close() }

package lightning

import (
	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// sequenced is a store that also reveals the order of its commits.
type sequenced struct{ *store }

var (
	_ workloads.Sequencer    = (*sequenced)(nil)
	_ workloads.SequencedTxn = sequencedTxn{}
)

func (s *sequenced) ApplySeq(writes []history.Write, d history.Durability) (uint64, error) {
	b := batch(writes)
	err := translate(s.db.Apply(b, durability(d)))
	return b.Seq(), err
}

func (s *sequenced) DeleteRangeSeq(from, to []byte, d history.Durability) (uint64, error) {
	b := &engine.Batch{}
	b.DeleteRange(from, to)
	err := translate(s.db.Apply(b, durability(d)))
	return b.Seq(), err
}

func (s *sequenced) ApplyRange(r workloads.RangeBatch, d history.Durability) (uint64, error) {
	b := rangeBatch(r)
	err := translate(s.db.Apply(b, durability(d)))
	return b.Seq(), err
}

func (s *sequenced) Begin(level workloads.Isolation) (workloads.Txn, error) {
	t, err := s.store.Begin(level)
	if err != nil {
		return nil, err
	}
	return sequencedTxn{t.(*txn)}, nil
}

type sequencedTxn struct{ *txn }

func (t sequencedTxn) Seq() uint64 { return t.t.Seq() }

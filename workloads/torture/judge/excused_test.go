package judge

import (
	"bytes"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

// op returns an acknowledged operation of a client between two ticks, with values of the given lengths.
func op(kind history.Kind, client int, call, ret history.Tick, values ...int) history.Op {
	o := history.Op{Kind: kind, Client: client, Call: call, Return: ret, Outcome: history.Acked}
	for i, n := range values {
		o.Writes = append(o.Writes, history.Write{Key: []byte{byte(i)}, Value: bytes.Repeat([]byte("v"), n)})
	}
	return o
}

// refused returns o as rejected with err.
func refused(o history.Op, err error) history.Op {
	o.Outcome, o.Err = history.Rejected, err.Error()
	return o
}

func judgesOf(ops []history.Op) *Judges {
	for i := range ops {
		ops[i].ID = i
	}
	return New(contract.Target{Promises: contract.Promises{Transactions: true}}, &record.Recording{Plan: &plan.Plan{}, History: ops})
}

// unnamed returns o with empty keys in its writes.
func unnamed(o history.Op) history.Op {
	for i := range o.Writes {
		o.Writes[i].Key = nil
	}
	return o
}

func TestAnErrorIsExcusedWithinItsBound(t *testing.T) {
	conflict, large := workloads.ErrConflict, workloads.ErrTooLarge
	deletions := op(history.Batch, 1, 1, 2)
	for i := range byte(9) {
		deletions.Writes = append(deletions.Writes, history.Write{Key: []byte{i}, Delete: true})
	}
	for _, c := range []struct {
		name, want string // the class of the violation; empty: none
		ops        []history.Op
	}{
		{"a transaction that another one overlaps may conflict", "", []history.Op{
			op(history.Txn, 1, 1, 9, 5), refused(op(history.Txn, 2, 2, 4, 5), conflict),
		}},
		{"a transaction may conflict with an overlapping one that began later", "", []history.Op{
			refused(op(history.Txn, 2, 2, 8, 5), conflict), op(history.Put, 1, 3, 4, 5),
		}},
		{"a transaction that overlaps no other must not conflict", "conflict alone", []history.Op{
			op(history.Txn, 1, 1, 2, 5), refused(op(history.Txn, 2, 3, 4, 5), conflict), op(history.Txn, 1, 5, 6, 5),
		}},
		{"a transaction must not conflict with its own client", "conflict alone", []history.Op{
			op(history.Put, 2, 1, 2, 5), refused(op(history.Txn, 2, 3, 4, 5), conflict),
		}},
		{"an operation larger than all accepted ones may be too large", "", []history.Op{
			op(history.Put, 1, 1, 2, 50), refused(op(history.Put, 1, 3, 4, 51), large),
		}},
		{"an operation as large as an accepted one must not be too large", "not too large", []history.Op{
			op(history.Put, 1, 1, 2, 50), refused(op(history.Put, 1, 3, 4, 50), large),
		}},
		{"an empty key need not be accepted, however large others are", "", []history.Op{
			op(history.Put, 1, 1, 2, 50), refused(unnamed(op(history.Put, 1, 3, 4, 1)), large),
		}},
		{"an empty key must be accepted if a larger operation with an empty key was", "not too large", []history.Op{
			unnamed(op(history.Put, 1, 1, 2, 50)), refused(unnamed(op(history.Put, 1, 3, 4, 1)), large),
		}},
		{"a batch of more writes may be too large, however short they are", "", []history.Op{
			op(history.Batch, 1, 1, 2, 50, 50), refused(op(history.Batch, 1, 3, 4, 1, 1, 1), large),
		}},
		{"an operation of another kind has limits of its own", "", []history.Op{
			op(history.Batch, 1, 1, 2, 50, 50), refused(op(history.Put, 1, 3, 4, 1), large),
		}},
		{"the deletion of a range says nothing about batches", "", []history.Op{
			deletions, refused(op(history.Batch, 1, 3, 4, 0), large),
		}},
		{"an operation accepted concurrently proves nothing about the limit", "", []history.Op{
			op(history.Put, 1, 1, 9, 50), refused(op(history.Put, 2, 3, 4, 50), large),
		}},
		{"a read cannot be too large", "unexpected error", []history.Op{refused(op(history.Get, 1, 1, 2), large)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			j, class := judgesOf(c.ops), ""
			for _, v := range slices.Concat(j.excuses().Violations, j.unexpectedErrors().Violations) {
				class = v.Class
			}
			assert.Equal(t, c.want, class)
		})
	}
}

func TestEvasive(t *testing.T) {
	for _, c := range []struct {
		kind            history.Kind
		asked, answered int
		want            bool
	}{
		{history.Batch, 9, 2, true},
		{history.Batch, 9, 3, false},
		{history.Batch, 8, 0, false}, // too few to judge
		{history.Txn, 90, 1, false},  // they may have had to conflict
		{history.Txn, 9, 0, true},
	} {
		assert.Equal(t, c.want, Answers{Asked: c.asked, Answered: c.answered}.Evasive(c.kind), "%v", c)
	}
	var ops []history.Op
	for i := range history.Tick(4) {
		ops = append(ops, refused(op(history.Put, 1, 2*i+1, 2*i+2, 1), workloads.ErrTooLarge), refused(op(history.SecondOpen, 2, 2*i+1, 2*i+2), workloads.ErrLocked))
	}
	ops = append(ops, op(history.Batch, 1, 20, 21))
	all := judgesOf(ops).Answers()
	assert.Equal(t, map[history.Kind]Answers{history.Put: {Asked: 4, Err: workloads.ErrTooLarge.Error()}}, all)
}

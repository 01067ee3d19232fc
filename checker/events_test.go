package checker_test

import "github.com/lightningdb/lightning-torture/workloads/history"

// events builds a history of calls and answers, one after the other.
type events struct {
	ops  []history.Op
	busy map[int]int // by client, the operation that it waits for
	tick history.Tick
}

func (e *events) call(client int, op history.Op) {
	e.tick++
	op.ID, op.Client, op.Call, op.Return = len(e.ops), client, e.tick, history.Never
	e.ops, e.busy[client] = append(e.ops, op), len(e.ops)
}

func (e *events) answer(client int, outcome history.Outcome) {
	e.tick++
	op := &e.ops[e.busy[client]]
	op.Outcome, op.Return = outcome, e.tick
}

func holding(key, value string) []history.Read {
	if value == "nil" {
		return []history.Read{{Key: []byte(key)}}
	}
	return []history.Read{{Key: []byte(key), Value: []byte(value), Found: true}}
}

func writing(key, value string, change history.Change) []history.Write {
	return []history.Write{{Key: []byte(key), Value: []byte(value), Change: change}}
}

package record

import (
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// until returns what had happened by a tick. This is needed because an engine that was left running carries on while
// its trace and its history are read one after the other. Operations called but not answered by then are open.
func until(tick history.Tick, trace []faultfs.Op, ops []history.Op) ([]faultfs.Op, []history.Op) {
	for len(trace) > 0 && history.Tick(trace[len(trace)-1].Tick) > tick {
		trace = trace[:len(trace)-1]
	}
	for len(ops) > 0 && ops[len(ops)-1].Call > tick {
		ops = ops[:len(ops)-1]
	}
	for i := range ops {
		op := &ops[i]
		if op.ReadBy > tick {
			op.ReadBy, op.Reads = 0, nil
		}
		if op.Return > tick && op.Return != history.Never {
			op.Return, op.Outcome, op.Reads, op.Err, op.Missed = history.Never, history.Unknown, nil, "", false
		}
	}
	return trace, ops
}

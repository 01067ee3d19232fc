package evidence

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// TraceLine is one filesystem operation as a report shows it.
type TraceLine struct {
	Tick uint64 `json:"tick"`
	Op   string `json:"op"`   // write, sync, rename, ...
	Path string `json:"path"` // for a rename: "old -> new"
	Note string `json:"note"` // offset and length, injected error
	Fate string `json:"fate"` // durable, kept, lost, torn, unseen; empty for operations that change nothing
}

// traceLength is the maximum number of filesystem operations that a finding shows.
const traceLength = 40

// traceLines renders the operations up to a crash, with the fate of each.
func traceLines(trace []faultfs.Op, crash uint64, fates map[uint64]string) []TraceLine {
	end := len(trace)
	if crash > 0 {
		end, _ = slices.BinarySearchFunc(trace, crash+1, func(op faultfs.Op, tick uint64) int { return cmp.Compare(op.Tick, tick) })
	}
	lines := []TraceLine{}
	for _, op := range trace[max(0, end-traceLength):end] {
		line := TraceLine{Tick: op.Tick, Op: op.Kind.String(), Path: op.Paths(), Note: note(op)}
		switch fate, pending := fates[op.Tick]; {
		case crash == 0 || op.Kind == faultfs.OpSync || !op.Changes():
		case pending:
			line.Fate = fate
		default:
			line.Fate = "durable"
		}
		lines = append(lines, line)
	}
	return lines
}

func note(op faultfs.Op) string {
	s := ""
	switch op.Kind {
	case faultfs.OpWrite:
		s = fmt.Sprintf("%d bytes at %d", len(op.Data), op.Off)
	case faultfs.OpTruncate:
		s = fmt.Sprintf("%d to %d bytes", op.OldSize, op.Size)
	case faultfs.OpSync:
		if op.Dir {
			s = "directory"
		}
	default:
	}
	if op.Fault != faultfs.NoEffect {
		s += " injected: " + op.Fault.String()
	}
	return s
}

package evidence

import (
	"fmt"
	"math"
	"strings"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
)

// maxDisk bounds the total growth of all files of a trace, in bytes, including holes. A simulated disk has a structure
// for each page.
const maxDisk = 4 << 30

// check returns an error that names a number which no run could have recorded, or one that would make a replay take
// too much memory.
func (v *Evidence) check() error {
	err := v.Spec.Check()
	if err == nil {
		err = plan.CheckRules(v.Rules)
	}
	if err == nil && v.Script != nil {
		err = checkScript(v.Script)
	}
	if err != nil {
		return fmt.Errorf("%s", strings.TrimPrefix(err.Error(), plan.ErrConfig.Error()+": "))
	}
	if err := CheckTrace(v.Trace); err != nil {
		return err
	}
	if err := checkHistory(v.History); err != nil {
		return err
	}
	if err := checkImage(v.Leaf, v.Picks); err != nil || v.Nested == nil {
		return err
	}
	return checkImage(v.Nested.Leaf, v.Nested.Picks)
}

func checkScript(s *workloads.Script) error {
	if err := plan.CheckSize(s.Size.Clients, s.Size.Ops, s.Size.Keys, s.Size.ValueBytes); err != nil {
		return err
	}
	if err := plan.CheckNumber("the number of clients in the script", len(s.Clients), plan.MaxClients); err != nil {
		return err
	}
	steps := 0
	for _, client := range s.Clients {
		steps += len(client)
	}
	return plan.CheckNumber("the number of steps in the script", steps, plan.MaxSteps)
}

// CheckTrace returns an error that names an operation which no run could have recorded, or which would make a replay
// take too much memory. It adds up how much the files grow, both by what the trace says and by what it would do to a
// disk.
func CheckTrace(ops []faultfs.Op) error {
	left, sizes, last := int64(maxDisk), map[faultfs.Ino]int64{}, uint64(0)
	for i := range ops {
		op := &ops[i]
		if op.Tick <= last || op.Tick > math.MaxInt64 {
			return fmt.Errorf("operation %d of the trace is at tick %d, after tick %d", i, op.Tick, last)
		}
		last = op.Tick
		end := op.Off + int64(len(op.Data)) // may overflow
		for _, n := range []int64{op.Off, op.OldSize, op.Size, end} {
			if n < 0 || n > maxDisk {
				return fmt.Errorf("operation %d of the trace has an offset or a size of %d; the limit is %d", i, n, int64(maxDisk))
			}
		}
		size := max(end, op.Size)
		if left -= max(0, op.Size-op.OldSize, size-sizes[op.Ino]); left < 0 {
			return fmt.Errorf("by operation %d of the trace files have grown by more than %d bytes", i, int64(maxDisk))
		}
		sizes[op.Ino] = max(size, sizes[op.Ino])
	}
	return nil
}

func checkHistory(ops []history.Op) error {
	for i := range ops {
		if op := &ops[i]; op.ID != i || op.Client < 0 || op.Client > plan.MaxClients || op.Call > op.Return || op.Shown() > history.Never {
			return fmt.Errorf("operation %d of the history has number %d, client %d and ticks %d to %d, which no run records",
				i, op.ID, op.Client, op.Call, op.Return)
		}
	}
	return nil
}

func checkImage(leaf int, picks []explore.Answer) error {
	if leaf < 0 {
		return fmt.Errorf("leaf is %d", leaf)
	}
	for i, p := range picks {
		if p.Pick < 0 || p.Pick >= p.N {
			return fmt.Errorf("answer %d is %d of %d", i, p.Pick, p.N)
		}
		if p.Ops < 0 || p.Limit < 0 {
			return fmt.Errorf("answer %d is about %d operations, with a limit of %d", i, p.Ops, p.Limit)
		}
	}
	return nil
}

package program

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// Hint is an operation that was not yet durable at the acknowledgement that followed it. A hint is not a finding: the program
// may not need the operation to keep its promise.
type Hint struct {
	Sentence string `json:"sentence"`
	Ack      string `json:"ack"` // the first acknowledgement at which it was seen
	Tick     uint64 `json:"tick"`
	Count    int    `json:"count"` // at how many acknowledgements
}

// Audit returns what the program did between one acknowledgement and the next that was not durable at the latter. It recovers
// nothing, so it is cheap. Acknowledgements that lack the same kind of sync share one hint.
func Audit(rec *Recording, model faultfs.Model) []Hint {
	line := faultfs.NewTimeline(faultfs.Recorded(rec.Trace), model, 0)
	hints, order, last := map[string]*Hint{}, []string{}, uint64(0)
	for _, ack := range rec.Acks {
		point := line.Advance(ack.Tick)
		seen := map[string]bool{}
		for _, op := range rec.undurable(point, last, ack.Tick) {
			key := varying.ReplaceAllString(fmt.Sprint(op.Kind, op.Path, op.To, op.Size > op.OldSize), "#")
			if seen[key] {
				continue
			}
			seen[key] = true
			if h := hints[key]; h != nil {
				h.Count++
				continue
			}
			hints[key], order = &Hint{Sentence: hint(ack, op), Ack: ack.Text, Tick: op.Tick, Count: 1}, append(order, key)
		}
		last = ack.Tick
	}
	all := make([]Hint, len(order))
	for i, key := range order {
		all[i] = *hints[key]
	}
	return all
}

// undurable returns the operations in (after, until] that are pending at a crash point, oldest first.
func (r *Recording) undurable(point *faultfs.CrashPoint, after, until uint64) []*faultfs.Op {
	var ops []*faultfs.Op
	for _, p := range point.Ops() {
		if p.Tick <= after || p.Tick > until || len(ops) > 0 && ops[len(ops)-1].Tick == p.Tick {
			continue
		}
		i, found := slices.BinarySearchFunc(r.Trace, p.Tick, func(op faultfs.Op, tick uint64) int { return cmp.Compare(op.Tick, tick) })
		if found {
			ops = append(ops, &r.Trace[i])
		}
	}
	return ops
}

// hint returns the sentence that says which sync an acknowledgement lacks.
func hint(ack Ack, op *faultfs.Op) string {
	lacks := "the file was not synced after it"
	switch {
	case len(op.Edits) > 1 && op.Edits[0].Parent != op.Edits[1].Parent:
		lacks = "its directories were not synced after it"
	case len(op.Edits) > 0:
		lacks = "its directory was not synced after it"
	}
	what, where, _ := strings.Cut(describe(op), " ")
	return fmt.Sprintf("%s: the %s of %s (operation %d) is not durable: %s", strconv.Quote(ack.Text), what, where, op.Tick, lacks)
}

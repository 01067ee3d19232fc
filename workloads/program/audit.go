package program

import (
	"fmt"
	"strconv"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/hints"
)

// Hint is an operation that was not yet durable at the acknowledgement that followed it. A hint is not a finding: the program
// may not need the operation to keep its promise.
type Hint = hints.Hint

// Audit returns the operations between two consecutive acknowledgements that were not durable at the second one. It
// recovers nothing, so it is cheap. Acknowledgements that lack the same kind of sync share one hint.
func Audit(rec *Recording, model faultfs.Model) []Hint {
	acks := make([]hints.Ack, len(rec.Acks))
	for i, ack := range rec.Acks {
		acks[i] = hints.Ack{Tick: ack.Tick, Text: ack.Text, Name: strconv.Quote(ack.Text)}
	}
	var list hints.List
	list.Add(&hints.Run{
		Trace: rec.Trace, Acks: acks, Model: model, Describe: describe,
		Alike: func(op *faultfs.Op) string {
			return varying.ReplaceAllString(fmt.Sprint(op.Kind, op.Path, op.To, op.Size > op.OldSize), "#")
		},
		Place: func(op *faultfs.Op) (source, from string) {
			site := rec.Stacks.site(rec.Trace, op.Tick)
			return site.Source, site.From
		},
	})
	return list.Hints()
}

package recordedtest

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// event is a call or an answer.
type event struct {
	at   history.Tick
	text string
}

// Transactions returns transactions as maps in EDN, one per line. If lists is set, the keys hold lists, whose elements
// are separated by commas. Scans become reads of the keys that they show. What EDN histories cannot express is left
// out: durability and isolation levels.
func Transactions(ops []history.Op, lists bool) string {
	var events []event
	for i := range ops {
		op := &ops[i]
		events = append(events, event{op.Call, line("invoke", op, micros(op, lists, false))})
		if op.Return == history.Never {
			continue
		}
		kind := [...]string{"info", "ok", "fail"}[op.Outcome]
		events = append(events, event{op.Return, line(kind, op, micros(op, lists, op.Outcome == history.Acked))})
	}
	slices.SortFunc(events, func(a, b event) int { return int(a.at) - int(b.at) })
	var b strings.Builder
	for _, e := range events {
		b.WriteString(e.text)
	}
	return b.String()
}

func line(kind string, op *history.Op, value string) string {
	return fmt.Sprintf("{:type :%s, :f :txn, :process %d, :value [%s]}\n", kind, op.Client, value)
}

// micros returns the operations within a transaction.
func micros(op *history.Op, lists, found bool) string {
	var parts []string
	reads, writes := op.Reads, op.Writes
	for i := range len(reads) + len(writes) {
		write := len(reads) == 0
		if i < len(op.Order) && len(reads) > 0 && len(writes) > 0 {
			write = op.Order[i] == 'w'
		}
		if write {
			parts = append(parts, written(&writes[0], lists))
			writes = writes[1:]
			continue
		}
		value := "nil"
		if r := &reads[0]; found && r.Found {
			value = string(r.Value)
			if lists {
				value = "[" + string(bytes.ReplaceAll(r.Value, []byte(","), []byte(" "))) + "]"
			}
		}
		parts = append(parts, fmt.Sprintf("[:r :%s %s]", reads[0].Key, value))
		reads = reads[1:]
	}
	return strings.Join(parts, " ")
}

func written(w *history.Write, lists bool) string {
	switch {
	case lists:
		return fmt.Sprintf("[:append :%s %s]", w.Key, w.Value)
	case w.Delete:
		return fmt.Sprintf("[:w :%s nil]", w.Key)
	}
	return fmt.Sprintf("[:w :%s %s]", w.Key, w.Value)
}

package checker

import (
	"bytes"
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// name names an operation: "scan #45 by client 2".
func name(op *history.Op) string {
	var what string
	switch op.Kind {
	case history.Put, history.Delete, history.Batch, history.CAS, history.Increment, history.Append:
		what = "commit"
	case history.Txn:
		what = "transaction"
	default:
		what = cmp.Or(logged(op), op.Kind.String())
	}
	return fmt.Sprintf("%s #%d by client %d", what, op.ID, op.Client)
}

// describe names a commit and adds what it wrote and how it was answered: "commit #812 by client 3 (put k017, synced,
// acknowledged at tick 3104)".
func describe(op *history.Op) string {
	durability := [...]string{"synced", "not synced", "buffered"}
	return fmt.Sprintf("%s (%s, %s, %s)", name(op), Contents(op), durability[op.Durability], fate(op))
}

// Contents summarizes what a commit writes: "put k017".
func Contents(op *history.Op) string {
	if text := loggedContents(op); text != "" {
		return text
	}
	if len(op.Writes) == 1 {
		return verb(&op.Writes[0])
	}
	var parts []string
	for i := range op.Writes {
		if i == 3 {
			parts = append(parts, "...")
			break
		}
		parts = append(parts, verb(&op.Writes[i]))
	}
	return fmt.Sprintf("%d writes: %s", len(op.Writes), strings.Join(parts, ", "))
}

func verb(w *history.Write) string {
	switch {
	case w.Delete:
		return "delete " + KeyText(w.Key)
	case w.Change == history.Add:
		return "add to " + KeyText(w.Key)
	case w.Change == history.Extend:
		return "append to " + KeyText(w.Key)
	}
	return "put " + KeyText(w.Key)
}

// fate says how the store answered an operation.
func fate(op *history.Op) string {
	switch {
	case op.Return == history.Never:
		return fmt.Sprintf("called at tick %d and never answered", op.Call)
	case op.Outcome == history.Acked && op.Missed:
		return fmt.Sprintf("answered at tick %d that its condition did not hold", op.Return)
	case op.Outcome == history.Acked:
		return fmt.Sprintf("acknowledged at tick %d", op.Return)
	case op.Outcome == history.Rejected:
		return fmt.Sprintf("refused at tick %d", op.Return)
	}
	return fmt.Sprintf("failed at tick %d with an open result", op.Return)
}

// testify returns a line of evidence about an operation.
func testify(op *history.Op) string {
	line := fmt.Sprintf("#%d client %d %s, called at tick %d", op.ID, op.Client, op.Kind, op.Call)
	if op.Return != history.Never {
		line += fmt.Sprintf(", %s at tick %d", op.Outcome, op.Return)
	}
	if op.Missed {
		line += ", its condition did not hold"
	}
	if op.Err != "" {
		line += fmt.Sprintf(" (%s)", op.Err)
	}
	parts := []string{line}
	for i := range op.If {
		if i == 4 {
			parts = append(parts, "...")
			break
		}
		parts = append(parts, "if "+KeyText(op.If[i].Key)+" = "+found(&op.If[i]))
	}
	for i, r := range op.Reads {
		if i == 4 {
			parts = append(parts, "...")
			break
		}
		parts = append(parts, "read "+KeyText(r.Key)+" = "+found(&r))
	}
	if truncates(op) {
		return strings.Join(append(parts, Contents(op)), ", ")
	}
	for i, w := range op.Writes {
		if i == 4 {
			parts = append(parts, "...")
			break
		}
		part := verb(&w)
		if !w.Delete {
			part += " = " + ValueText(w.Value)
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}

func found(r *history.Read) string {
	if !r.Found {
		return "nothing"
	}
	return ValueText(r.Value)
}

// KeyText returns a key for display. The key of a log entry is shown by its index, as "entry 7".
func KeyText(key []byte) string {
	if i, ok := history.EntryIndex(key); ok {
		return fmt.Sprintf("entry %d", i)
	}
	return quote(key, 40)
}

// ValueText returns a value for display, or its beginning and its length.
func ValueText(value []byte) string { return quote(value, 32) }

// quote shows bytes as they are if they are printable, otherwise quoted. If there are more than most bytes, it shows
// the first ones and says how many there are.
func quote(b []byte, most int) string {
	head := string(b[:min(len(b), most)])
	if len(b) == 0 || strings.ContainsFunc(head, func(r rune) bool { return r <= ' ' || r > '~' || r == '"' }) {
		head = strconv.Quote(head)
	}
	if len(b) > most {
		return fmt.Sprintf("%s... (%d bytes)", head, len(b))
	}
	return head
}

// rejected returns the operation that tried to write the pair and was told that it did not, or nil.
func (x *index) rejected(key, value []byte) *history.Op {
	for i := range x.ops {
		if op := &x.ops[i]; op.Outcome == history.Rejected || op.Outcome == history.Acked && op.Missed {
			for j := range op.Writes {
				if w := &op.Writes[j]; !w.Delete && bytes.Equal(w.Key, key) && bytes.Equal(w.Value, value) {
					return op
				}
			}
		}
	}
	return nil
}

// origin says where a value that nobody wrote to a key may come from: another key, or a write to the same key with
// some bytes changed.
func (x *index) origin(key, value []byte) (string, *history.Op) {
	nearest, apart, first := (*history.Op)(nil), len(value)/4+1, 0
	for i := range x.ops {
		op := &x.ops[i]
		for j := range op.Writes {
			w := &op.Writes[j]
			same := bytes.Equal(w.Key, key)
			if !w.Delete && bytes.Equal(w.Value, value) {
				if same {
					return fmt.Sprintf("commit #%d overwrote that value itself", op.ID), op
				}
				return fmt.Sprintf("commit #%d wrote that value to %s", op.ID, KeyText(w.Key)), op
			}
			if n, at := differences(w.Value, value); same && n < apart {
				nearest, apart, first = op, n, at
			}
		}
	}
	return fmt.Sprintf("%d of %d bytes differ from commit #%d, the first at offset %d",
		apart, len(value), id(nearest), first), nearest
}

func id(op *history.Op) int {
	if op == nil {
		return -1
	}
	return op.ID
}

// differences returns the number of positions in which two values of equal length differ, and the first of them.
// Values of different lengths count as different everywhere.
func differences(a, b []byte) (n, first int) {
	if len(a) != len(b) {
		return len(a) + len(b), 0
	}
	for i := range a {
		if a[i] != b[i] {
			if n == 0 {
				first = i
			}
			n++
		}
	}
	return n, first
}

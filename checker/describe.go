package checker

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
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

// testify returns a line of evidence about an operation. Of reads and writes it shows the first few, or those of the given keys.
func testify(op *history.Op, keys ...[]byte) string {
	line := fmt.Sprintf("#%d client %d %s%s, called at tick %d", op.ID, op.Client, op.Kind, within(op), op.Call)
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
	reads := about(op.Reads, func(r history.Read) []byte { return r.Key }, keys)
	for i, r := range reads {
		if i == 4 {
			parts = append(parts, "...")
			break
		}
		part := "read " + KeyText(r.Key) + " = " + found(&r)
		if r.By != "" {
			part += " (" + r.By + ")"
		}
		parts = append(parts, part)
	}
	parts = append(parts, others(len(op.Reads)-len(reads), "read")...)
	if truncates(op) {
		return strings.Join(append(parts, Contents(op)), ", ")
	}
	writes := about(op.Writes, func(w history.Write) []byte { return w.Key }, keys)
	for i, w := range writes {
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
	return strings.Join(append(parts, others(len(op.Writes)-len(writes), "write")...), ", ")
}

// about returns the elements with one of the keys, or all if there are none.
func about[T any](all []T, keyOf func(T) []byte, keys [][]byte) []T {
	some := slices.DeleteFunc(slices.Clone(all), func(t T) bool {
		return !slices.ContainsFunc(keys, func(key []byte) bool { return bytes.Equal(keyOf(t), key) })
	})
	if len(some) == 0 {
		return all
	}
	return some
}

// others says how many reads or writes are not shown because they are of other keys.
func others(n int, noun string) []string {
	switch n {
	case 0:
		return nil
	case 1:
		return []string{"1 more " + noun}
	}
	return []string{fmt.Sprintf("%d more %ss", n, noun)}
}

// within names the keys to which a scan or cursor was restricted.
func within(op *history.Op) (text string) {
	for _, b := range []struct {
		word string
		key  []byte
	}{{"from", op.ScanFrom}, {"to", op.ScanTo}, {"with prefix", op.Prefix}} {
		if len(b.key) > 0 {
			text += " " + b.word + " " + KeyText(b.key)
		}
	}
	return text
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

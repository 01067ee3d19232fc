package checker_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// parse reads a history with one operation per line, in order of call:
//
//	client call-return kind[/durability][/outcome][/missed] what...
//
// A return of "?" is never; "3..8" is a return at 3 of an operation, such as a cursor, that had been read by 8. Each
// what is "k=v" (a write, or a read of a value) or "k-" (a delete, or a read of nothing). In a txn, reads come before
// a "|" and writes after it; in a cas, the condition comes before it. "k+v" is what an increment or an append adds.
func parse(t *testing.T, text string) []history.Op {
	t.Helper()
	var ops []history.Op
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		fields := strings.Fields(line)
		op := history.Op{ID: len(ops), Outcome: history.Acked, Return: history.Never}
		var err error
		op.Client, err = strconv.Atoi(fields[0])
		require.NoError(t, err)
		call, answer, _ := strings.Cut(fields[1], "-")
		op.Call = tick(t, call)
		if answer != "?" {
			answered, readBy, held := strings.Cut(answer, "..")
			if op.Return = tick(t, answered); held {
				op.ReadBy = tick(t, readBy)
			}
		} else {
			op.Outcome = history.Unknown
		}
		words := strings.Split(fields[2], "/")
		require.NoError(t, op.Kind.UnmarshalText([]byte(words[0])))
		for _, w := range words[1:] {
			if w == "missed" {
				op.Missed = true
				continue
			}
			if op.Durability.UnmarshalText([]byte(w)) != nil {
				op.Durability = history.Sync
				require.NoError(t, op.Outcome.UnmarshalText([]byte(w)))
			}
		}
		fill(&op, fields[3:])
		ops = append(ops, op)
	}
	return ops
}

func tick(t *testing.T, text string) history.Tick {
	t.Helper()
	n, err := strconv.ParseUint(text, 10, 63)
	require.NoError(t, err)
	return history.Tick(n)
}

func fill(op *history.Op, what []string) {
	writes := op.Kind == history.Put || op.Kind == history.Delete || op.Kind == history.Batch
	for _, w := range what {
		key, value, found := strings.Cut(w, "=")
		list, more, adds := strings.Cut(w, "+")
		switch {
		case adds && op.Kind == history.Increment:
			op.Writes = append(op.Writes, writing(list, more, history.Add)...)
		case adds && op.Kind == history.Append:
			op.Writes = append(op.Writes, writing(list, more, history.Extend)...)
		case w == "|":
			writes = true
		case writes && found:
			op.Writes = append(op.Writes, history.Write{Key: []byte(key), Value: []byte(value)})
		case writes:
			op.Writes = append(op.Writes, history.Write{Key: []byte(strings.TrimSuffix(w, "-")), Delete: true})
		case found:
			op.Reads = append(op.Reads, history.Read{Key: []byte(key), Value: []byte(value), Found: true})
		default:
			op.Reads = append(op.Reads, history.Read{Key: []byte(strings.TrimSuffix(w, "-"))})
		}
	}
	if op.Kind == history.CAS {
		op.If, op.Reads = op.Reads, nil
	}
}

// pairs parses a state: "a=1 b=2".
func pairs(text string) *history.State {
	s := &history.State{}
	for pair := range strings.FieldsSeq(text) {
		key, value, _ := strings.Cut(pair, "=")
		s.Append([]byte(key), []byte(value))
	}
	return s
}

// sorted returns the pairs of a state in order of their keys.
func sorted(state string) string {
	words := strings.Fields(state)
	slices.Sort(words)
	return strings.Join(words, " ")
}

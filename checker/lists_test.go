package checker_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// textLists reads lists whose values are "1,2,3". Every key is a list, except those in capitals.
var textLists = checker.Lists{
	IsList:   func(key []byte) bool { return !bytes.Equal(bytes.ToUpper(key), key) },
	Elements: func(value []byte) ([][]byte, bool) { return bytes.Split(value, []byte(",")), len(value) > 0 },
}

// lists parses a history of transactions over lists, one per line, like parse. The steps follow in order: "x=1,2"
// reads the list x, "x=" finds it empty, "x+3" appends 3 to it. The kind "si" is a transaction that asked for snapshot
// isolation.
func lists(t *testing.T, text string) []history.Op {
	t.Helper()
	var heads []string
	var steps [][]string
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		fields := strings.Fields(line)
		heads, steps = append(heads, strings.Join(fields[:3], " ")), append(steps, fields[3:])
	}
	ops := parse(t, strings.NewReplacer(" si/", " txn/", " si\n", " txn\n").Replace(strings.Join(heads, "\n")+"\n"))
	for i := range ops {
		op := &ops[i]
		if strings.HasPrefix(strings.Fields(heads[i])[2], "si") {
			op.Isolation = history.SnapshotIsolation
		}
		for _, s := range steps[i] {
			if key, element, appends := strings.Cut(s, "+"); appends {
				op.Order += "w"
				op.Writes = append(op.Writes, history.Write{Key: []byte(key), Value: []byte(element)})
				continue
			}
			key, value, _ := strings.Cut(s, "=")
			op.Order += "r"
			op.Reads = append(op.Reads, history.Read{Key: []byte(key), Value: []byte(value), Found: value != ""})
		}
	}
	return ops
}

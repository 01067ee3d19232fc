package cluster

import (
	"bytes"
	"fmt"
	"math/rand/v2"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/engine/replica"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Clients append unique elements to a few lists at a time. Every listSteps steps the oldest list is abandoned for a new one,
// which keeps values short.
const (
	listsAtOnce = 2
	listSteps   = 250
)

const listPrefix = "list-"

func list(i int) []byte { return fmt.Appendf(nil, "%s%d", listPrefix, i) }

// firstList returns the number of the oldest list in use.
func (w *world) firstList() int { return min(w.step, w.spec.Steps) / listSteps }

// lists tells judges how to parse a list: a comma ends each element.
var lists = checker.Lists{
	IsList: func(key []byte) bool { return bytes.HasPrefix(key, []byte(listPrefix)) },
	Elements: func(value []byte) ([][]byte, bool) {
		whole := len(value) > 0 && value[len(value)-1] == ','
		return bytes.Split(bytes.TrimSuffix(value, []byte(",")), []byte(",")), whole
	},
}

// readLists reads all current lists.
func (c *client) readLists() history.Op {
	op := history.Op{Kind: history.Snapshot}
	for i := range listsAtOnce {
		op.Reads = append(op.Reads, history.Read{Key: list(c.world.firstList() + i)})
	}
	return op
}

// appendLists appends an element to some of the current lists if they still hold what the client last saw.
func (c *client) appendLists(rng *rand.Rand) (history.Op, *replica.Command) {
	first := c.world.firstList()
	var changes []change
	from := rng.IntN(listsAtOnce)
	for i := from; i <= from+rng.IntN(listsAtOnce-from); i++ {
		key := list(first + i)
		held, found := c.seen[string(key)]
		changes = append(changes, change{key, held, found, held + c.unique() + ","})
	}
	return exchange(changes)
}

// judgeLists judges the isolation of the operations on lists. It leaves out all other operations and renumbers these,
// because the checker requires unique values, which balances are not.
func judgeLists(ops []history.Op) checker.Result {
	var alone []history.Op
	for i := range ops {
		op := ops[i]
		if touchesLists(&op) {
			op.ID = len(alone)
			alone = append(alone, op)
		}
	}
	return checker.NewIsolation(alone, lists, checker.StrictSerializable).JudgeHistory()
}

func touchesLists(op *history.Op) bool {
	return len(op.Writes) > 0 && lists.IsList(op.Writes[0].Key) || len(op.Reads) > 0 && lists.IsList(op.Reads[0].Key)
}

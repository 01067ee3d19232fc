package workloads

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Parameters of the append workload.
const (
	appendKeys  = 6  // lists in use at a time
	appendSteps = 7  // steps of a client after which it replaces the oldest list by a new one
	appendOps   = 4  // maximum number of reads and appends in a transaction
	rangeEach   = 4  // one read in this many reads a range of lists
	elementPart = 10 // the length of an element is Size.ValueBytes divided by this
)

// Touch is one access of a transaction to a list.
type Touch struct {
	Key    []byte
	Append bool     // read the list and write it back with one more element; otherwise only read it
	Range  [][]byte // read these lists: all that may exist between the first, which is Key, and the last
}

// Appending is a transaction over lists.
type Appending struct {
	Touches  []Touch
	Rollback bool   // roll back instead of committing; nobody may ever see what it appended
	Name     string // of the step; the elements are named after it
}

// appends is for the judge of isolation. A list shows the order in which the transactions that wrote it took effect, so
// reads of a few lists reveal how transactions depend on each other.
func appends(seed uint64, size Size) Script {
	size = size.normal()
	clients := make([][]Step, size.Clients)
	for c := range clients {
		rng := stream(seed, "client "+strconv.Itoa(c))
		for i := range size.Ops {
			clients[c] = append(clients[c], appendStep(rng, i, "c"+strconv.Itoa(c)+"."+strconv.Itoa(i)))
		}
	}
	return Script{Workload: "append", Seed: seed, Size: size, Preload: load(seed, size, fillerKey), Clients: clients, Lists: true}
}

func appendStep(rng *rand.Rand, i int, name string) Step {
	key := func() []byte { return listKey(i/appendSteps + rng.IntN(1+rng.IntN(appendKeys))) } // small ones more often
	durability := history.Durability(rng.IntN(2))                                             // Sync or NoSync
	lingers := rng.IntN(3) == 0
	switch p := rng.IntN(100); {
	case p < 78:
		a := &Appending{Name: name, Rollback: rng.IntN(16) == 0}
		last := Touch{Key: key(), Append: true}
		for range rng.IntN(appendOps) {
			t := Touch{Key: key(), Append: rng.IntN(2) == 0}
			if rng.IntN(rangeEach) == 0 {
				t = rangeTouch(rng, i)
				last.Key = t.Range[rng.IntN(len(t.Range))] // concurrent transactions that do so are each other's phantoms
			}
			a.Touches = append(a.Touches, t)
		}
		a.Touches = append(a.Touches, last)
		return Step{
			Kind: history.Txn, Isolation: SnapshotIsolation + Isolation(rng.IntN(2)), Durability: durability, Appending: a,
			Lingers: lingers, Twin: drawTwin(rng, name),
		}
	case p < 92:
		keys := distinctKeys(key, 1+rng.IntN(appendOps-1))
		return Step{Kind: history.Snapshot, Keys: keys, Lingers: lingers, Twin: drawTwin(rng, name)}
	case p < 98:
		return Step{Kind: history.Flush}
	default:
		return Step{Kind: history.Compact}
	}
}

// rangeTouch draws a range of lists, some of which do not exist yet.
func rangeTouch(rng *rand.Rand, i int) Touch {
	t := Touch{}
	first := i/appendSteps + 1 + rng.IntN(appendKeys)
	for k := range 2 + rng.IntN(appendKeys/2) {
		t.Range = append(t.Range, listKey(first+k))
	}
	t.Key = t.Range[0]
	return t
}

// distinctKeys draws n distinct keys.
func distinctKeys(draw func() []byte, n int) (keys [][]byte) {
	seen := make(map[string]bool, n)
	for len(keys) < n {
		if key := draw(); !seen[string(key)] {
			seen[string(key)] = true
			keys = append(keys, key)
		}
	}
	return keys
}

var listPrefix = []byte("list-")

func listKey(i int) []byte { return fmt.Appendf(nil, "%s%04d", listPrefix, i) }

// IsList reports whether key names a list of an append script.
func IsList(key []byte) bool { return bytes.HasPrefix(key, listPrefix) }

// listSeparator ends every element, so that a list cannot be cut in the middle of an element and still be a valid list.
var listSeparator = []byte{'\n'}

// Elements returns the elements of a list, or false if value is not a list. The elements alias value.
func Elements(value []byte) ([][]byte, bool) {
	body, ok := bytes.CutSuffix(value, listSeparator)
	if !ok {
		return nil, false
	}
	return bytes.Split(body, listSeparator), true
}

// grow returns the list with one more element appended.
func grow(list []byte, element []byte) []byte {
	longer := make([]byte, 0, len(list)+len(element)+len(listSeparator))
	return append(append(append(longer, list...), element...), listSeparator...)
}

// appending executes the step in a transaction. Every write is recorded before the store sees it, and the history keeps
// the order of reads and writes.
func (w *worker) appending(h history.Handle, txn Txn, attempt int) (reads []history.Read, err error) {
	a := w.step.Appending
	var writes []history.Write
	var order strings.Builder
	defer func() { w.rec.SetOrder(h, order.String()) }()
	for i, t := range a.Touches {
		w.linger()
		if len(t.Range) > 0 {
			if reads, err = readRange(reads, txn, t.Range, false); err != nil {
				return reads, err
			}
			order.WriteString(strings.Repeat("r", len(t.Range)))
			continue
		}
		if reads, err = appendGet(reads, txn, t.Key); err != nil {
			return reads, err
		}
		order.WriteByte('r')
		if !t.Append {
			continue
		}
		name := fmt.Sprintf("%s.%d.%d", a.Name, attempt, i)
		element := value(w.script.Seed, name, w.script.Size.ValueBytes/elementPart)
		longer := grow(reads[len(reads)-1].Value, element)
		if w.script.Size.Largest.Value(len(longer)) < len(longer) {
			continue
		}
		writes = append(writes, history.Write{Key: t.Key, Value: longer})
		w.rec.SetWrites(h, slices.Clip(writes))
		order.WriteByte('w')
		if err = txn.Put(t.Key, longer); err != nil {
			return reads, err
		}
	}
	w.linger()
	return reads, nil
}

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

// Dials of the append workload.
const (
	appendKeys  = 6  // lists that are worked on at once
	appendSteps = 7  // steps of a client after which the oldest list is left and a new one begun
	appendOps   = 4  // reads and appends of a transaction, at most
	rangeEach   = 4  // reads there are to one that reads a range of lists
	elementPart = 10 // an element takes one part of so many of Size.ValueBytes
)

// Touch is one thing that a transaction does to a list.
type Touch struct {
	Key    []byte
	Append bool     // reads the list and writes it back with one more element; otherwise only reads it
	Range  [][]byte // reads these lists, the first of which is Key, which are all that there can be from there to the last
}

// Appending is a transaction over lists.
type Appending struct {
	Touches  []Touch
	Rollback bool   // gives up instead of committing: nobody may ever see what it appended
	Name     string // of the step, from which the elements are named
}

// appends is for the judge of isolation: a list tells in which order the transactions that wrote it took effect, so
// reads of a few lists give away who came before whom.
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
				last.Key = t.Range[rng.IntN(len(t.Range))] // two that do so at once are each other's phantom
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

// rangeTouch draws a range of lists, some of which nobody has begun yet.
func rangeTouch(rng *rand.Rand, i int) Touch {
	t := Touch{}
	first := i/appendSteps + 1 + rng.IntN(appendKeys)
	for k := range 2 + rng.IntN(appendKeys/2) {
		t.Range = append(t.Range, listKey(first+k))
	}
	t.Key = t.Range[0]
	return t
}

// distinctKeys draws n different keys.
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

// IsList reports whether key is a list of an append script.
func IsList(key []byte) bool { return bytes.HasPrefix(key, listPrefix) }

// listSeparator ends every element, so that no list is a prefix of another in the middle of an element.
var listSeparator = []byte{'\n'}

// Elements returns the elements of a list, or false if the value is not one. They are parts of the value.
func Elements(value []byte) ([][]byte, bool) {
	body, ok := bytes.CutSuffix(value, listSeparator)
	if !ok {
		return nil, false
	}
	return bytes.Split(body, listSeparator), true
}

// grow returns a list with one more element.
func grow(list []byte, element []byte) []byte {
	longer := make([]byte, 0, len(list)+len(element)+len(listSeparator))
	return append(append(append(longer, list...), element...), listSeparator...)
}

// appending does what the step says in a transaction. The history gets every write before the store does, and the order
// in which reads and writes came.
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

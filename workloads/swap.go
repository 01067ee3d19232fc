package workloads

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Parameters of the swap workload.
const (
	swapKeys    = 4   // registers in use at a time
	swapSteps   = 5   // steps of a client after which it replaces the oldest register by the next one
	swapTouches = 4   // maximum number of touches in a transaction
	swapKeysMax = 200 // loaded keys; limited because all of them take part in judging
)

// Deed is what a transaction does to registers.
type Deed string

// The deeds. Saved scripts contain their text.
const (
	DeedGet    Deed = "get"
	DeedPut    Deed = "put"    // without reading it first
	DeedDelete Deed = "delete" // without reading it first
	DeedSwap   Deed = "swap"   // read the register, and put another value if it exists
	DeedScan   Deed = "scan"   // read all registers of a range, forward or backward
	DeedErase  Deed = "erase"  // delete all registers of a range by one write
)

// RegisterTouch is one access of a transaction to registers.
type RegisterTouch struct {
	Deed     Deed
	Keys     [][]byte // the register, or all that can exist in the range
	To       []byte   // end of the range, exclusive; it begins at the first of Keys
	Backward bool     // of a scan
}

// Swapping is a transaction over registers.
type Swapping struct {
	Touches  []RegisterTouch // none: an empty transaction
	Rollback bool            // roll back instead of committing
	Name     string          // of the step; the values are named after it
}

// swap is for the judge of isolation of registers: a handful of keys that transactions read, overwrite conditionally
// and delete, singly and by ranges, so that each may build on what another removes. Lists, by contrast, reveal the
// order of all commits but cannot be deleted. If a key was deleted several times, a read does not show which deletion
// was last, and the judge has to try all possibilities. To keep these few, all registers are loaded, and each is soon
// replaced by the next one.
func swap(seed uint64, size Size) Script {
	size = size.normal()
	size.Keys = min(size.Keys, swapKeysMax)
	step := func(rng *rand.Rand, _ int, name string) Step {
		at := swapAt(name)
		durability := history.Durability(rng.IntN(2)) // Sync or NoSync
		lingers := rng.IntN(2) == 0
		switch p := rng.IntN(100); {
		case p < 64:
			return Step{
				Kind: history.Txn, Isolation: SnapshotIsolation + Isolation(min(1, rng.IntN(4))), Durability: durability, Lingers: lingers,
				Twin:     drawTwin(rng, name),
				Swapping: &Swapping{Touches: swapDraw(rng, at), Rollback: rng.IntN(16) == 0, Name: name},
			}
		case p < 74:
			return drawUpdate(rng, swapKey(at+rng.IntN(swapKeys)), name, durability)
		case p < 78:
			return put(swapKey(at+rng.IntN(swapKeys)), value(seed, name, size.ValueBytes), durability)
		case p < 93:
			return Step{Kind: history.Snapshot, Keys: distinctKeys(func() []byte { return swapKey(at + rng.IntN(swapKeys)) }, 2), Lingers: lingers}
		case p < 98:
			return Step{Kind: history.Flush}
		default:
			return Step{Kind: history.Compact}
		}
	}
	var registers []history.Write
	for i := range size.Ops/swapSteps + swapKeys + 1 {
		registers = append(registers, history.Write{Key: swapKey(i), Value: value(seed, "first."+strconv.Itoa(i), size.ValueBytes)})
	}
	return Script{
		Workload: "swap", Seed: seed, Size: size, Registers: true,
		Preload: append(load(seed, size, fillerKey), registers), Clients: generate(seed, size, step),
	}
}

func swapKey(i int) []byte { return fmt.Appendf(nil, "swap-%05d", i) }

// swapAt returns the number of the oldest register that the step of that name works on.
func swapAt(name string) int {
	_, n, _ := strings.Cut(name, ".")
	i, _ := strconv.Atoi(n) // names consist of numbers
	return i / swapSteps
}

// swapDraw draws what a transaction does: rarely nothing, mostly reads before writes, so that two transactions may each
// read what the other writes.
func swapDraw(rng *rand.Rand, at int) []RegisterTouch {
	if rng.IntN(20) == 0 {
		return nil
	}
	var touches []RegisterTouch
	for range 1 + rng.IntN(swapTouches) {
		t := RegisterTouch{Keys: [][]byte{swapKey(at + rng.IntN(swapKeys))}}
		switch p := rng.IntN(100); {
		case p < 32:
			t.Deed = DeedGet
		case p < 58:
			t.Deed = DeedSwap
		case p < 78:
			t.Deed = DeedPut
		case p < 80:
			t.Deed = DeedDelete
		case p < 88:
			t = swapRange(rng, at, DeedErase)
		default:
			t = swapRange(rng, at, DeedScan)
			t.Backward = rng.IntN(2) == 0
		}
		touches = append(touches, t)
	}
	return touches
}

// swapRange draws a range of registers, more than half of the time of a single one.
func swapRange(rng *rand.Rand, at int, deed Deed) RegisterTouch {
	t := RegisterTouch{Deed: deed}
	first, n := rng.IntN(swapKeys), 1+rng.IntN(1+rng.IntN(3))
	for i := first; i < min(first+n, swapKeys); i++ {
		t.Keys = append(t.Keys, swapKey(at+i))
	}
	t.To = after(t.Keys[len(t.Keys)-1])
	return t
}

// swapping executes the step in a transaction. Every write is recorded before the store sees it.
func (w *worker) swapping(h history.Handle, txn Txn, attempt int) (reads []history.Read, err error) {
	var writes []history.Write
	var order strings.Builder
	defer func() { w.rec.SetOrder(h, order.String()) }()
	for i, t := range w.step.Swapping.Touches {
		w.linger()
		before := len(reads)
		switch t.Deed {
		case DeedScan:
			reads, err = readRange(reads, txn, t.Keys, t.Backward)
		case DeedGet, DeedSwap:
			reads, err = appendGet(reads, txn, t.Keys[0])
		default:
		}
		if err != nil {
			return reads, err
		}
		order.WriteString(strings.Repeat("r", len(reads)-before))
		name := w.step.Swapping.Name + "." + strconv.Itoa(attempt) + "." + strconv.Itoa(i)
		some := t.writes(reads, func() []byte { return value(w.script.Seed, name, w.script.Size.ValueBytes) })
		if len(some) == 0 {
			continue
		}
		writes = append(writes, some...)
		w.rec.SetWrites(h, slices.Clip(writes))
		order.WriteString(strings.Repeat("w", len(some)))
		if err := t.apply(txn, some); err != nil {
			return reads, err
		}
	}
	w.linger()
	return reads, nil
}

// writes returns the writes of a touch whose transaction has read the given values.
func (t *RegisterTouch) writes(reads []history.Read, value func() []byte) (writes []history.Write) {
	switch t.Deed {
	case DeedPut:
		return []history.Write{{Key: t.Keys[0], Value: value()}}
	case DeedSwap:
		if reads[len(reads)-1].Found {
			return []history.Write{{Key: t.Keys[0], Value: value()}}
		}
	case DeedDelete, DeedErase:
		for _, key := range t.Keys {
			writes = append(writes, history.Write{Key: key, Delete: true})
		}
	default:
	}
	return writes
}

func (t *RegisterTouch) apply(txn Txn, writes []history.Write) error {
	if r, ok := txn.(TxnRangeDeleter); ok && t.Deed == DeedErase {
		return r.DeleteRange(t.Keys[0], t.To)
	}
	for _, w := range writes {
		var err error
		if w.Delete {
			err = txn.Delete(w.Key)
		} else {
			err = txn.Put(w.Key, w.Value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

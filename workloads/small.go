package workloads

import (
	"strconv"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// The small scope: every script of a few steps. Most mistakes that lose data need no more than two or three steps to show, if only
// every crash after every one of them is tried.

// SmallSteps is how many kinds of step the scripts of the small scope are made of.
const SmallSteps = 16

// Small returns one script of the small scope, numbered from 1: first those of one step, then those of two, and so on. Of two
// scripts of the same length the one with the earlier steps comes first; all that begin alike follow each other.
func Small(number uint64) Script {
	length, rest := smallPlace(number)
	steps := make([]Step, length)
	for i := length - 1; i >= 0; i-- {
		steps[i] = smallStep(int(rest%SmallSteps), "c0."+strconv.Itoa(i))
		rest /= SmallSteps
	}
	return Script{
		Workload: SmallName, Seed: number, Size: Size{Clients: 1, Ops: length, ValueBytes: smallValue}, Clients: [][]Step{steps},
	}
}

// SmallName is the name of the scripts of the small scope.
const SmallName = "small"

// SmallScripts returns how many scripts there are of up to so many steps.
func SmallScripts(steps int) (n uint64) {
	for each := uint64(1); steps > 0; steps-- {
		each *= SmallSteps
		n += each
	}
	return n
}

// SmallPrefix returns the number of the script that lacks the last step of another; 0: that is empty.
func SmallPrefix(number uint64) uint64 {
	length, rest := smallPlace(number)
	if length <= 1 {
		return 0
	}
	return SmallScripts(length-2) + 1 + rest/SmallSteps
}

// smallPlace returns how many steps a script has, and its place among those of that length, from 0.
func smallPlace(number uint64) (length int, place uint64) {
	place = max(number, 1) - 1
	for each := uint64(SmallSteps); ; each *= SmallSteps {
		if length++; place < each {
			return length, place
		}
		place -= each
	}
}

// Lengths of values. A sector has 512 bytes, and each that a value fills doubles the disks that a crash may leave.
const (
	smallValue = 8
	smallLarge = 1100
)

// smallStep returns a step of a kind, from 0.
func smallStep(kind int, name string) Step {
	a, b := []byte("a"), []byte("b")
	put := func(key []byte, size int, d history.Durability) Step { return put(key, value(0, name, size), d) }
	both := []history.Write{{Key: a, Value: value(0, name+".a", smallValue)}, {Key: b, Value: value(0, name+".b", smallValue)}}
	switch kind {
	case 0:
		return put(a, smallValue, history.Sync)
	case 1:
		return put(a, smallValue, history.NoSync)
	case 2:
		return put(b, smallValue, history.Sync)
	case 3:
		return put(b, smallValue, history.NoSync)
	case 4:
		return erase(a, history.Sync)
	case 5:
		return erase(a, history.NoSync)
	case 6:
		return Step{Kind: history.Batch, Durability: history.Sync, Writes: both}
	case 7:
		return Step{Kind: history.Batch, Durability: history.NoSync, Writes: []history.Write{both[1], {Key: a, Delete: true}}}
	case 8:
		writes := []history.Write{{Key: a, Delete: true}, {Key: b, Delete: true}}
		return Step{Kind: history.Batch, Durability: history.Sync, Range: true, From: a, To: after(b), Writes: writes}
	case 9:
		return put(a, smallLarge, history.Sync)
	case 10:
		return put(b, smallLarge, history.NoSync)
	case 11:
		touches := []RegisterTouch{{Deed: DeedGet, Keys: [][]byte{b}}, {Deed: DeedPut, Keys: [][]byte{a}}, {Deed: DeedDelete, Keys: [][]byte{b}}}
		return Step{Kind: history.Txn, Isolation: Serializable, Durability: history.Sync, Swapping: &Swapping{Touches: touches, Name: name}}
	case 12:
		return Step{Kind: history.Flush}
	case 13:
		return Step{Kind: history.Compact}
	case 14:
		return Step{Kind: history.Checkpoint, Dir: "copy-" + name}
	default:
		return Step{Kind: history.Open}
	}
}

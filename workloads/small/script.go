package small

import (
	"strconv"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Name is the workload name of the scripts.
const Name = "small"

// Kinds is the number of kinds of steps in the scripts.
const Kinds = 16

// Script returns the script with a number. Numbers begin at 1 and are in order of length, then in lexicographic order
// of the kinds of steps, so that scripts with a common prefix are adjacent.
func Script(number uint64) workloads.Script {
	length, rest := place(number)
	steps := make([]workloads.Step, length)
	for i := length - 1; i >= 0; i-- {
		steps[i] = step(int(rest%Kinds), "c0."+strconv.Itoa(i))
		rest /= Kinds
	}
	steps = append(steps, reads()...)
	return workloads.Script{
		Workload: Name, Seed: number, Size: workloads.Size{Clients: 1, Ops: length, ValueBytes: short}, Clients: [][]workloads.Step{steps},
	}
}

// Scripts returns the number of scripts with at most the given number of steps.
func Scripts(steps int) (n uint64) {
	for each := uint64(1); steps > 0; steps-- {
		each *= Kinds
		n += each
	}
	return n
}

// Prefix returns the number of the script without the last step of the given one; 0 if that is empty.
func Prefix(number uint64) uint64 {
	length, rest := place(number)
	if length <= 1 {
		return 0
	}
	return Scripts(length-2) + 1 + rest/Kinds
}

// reads returns what every script does after its steps: it reads both keys in all ways. That changes nothing on the disk, so
// it adds no crash points.
func reads() []workloads.Step {
	a, b := []byte("a"), []byte("b")
	walk := func(moves ...workloads.Movement) workloads.Step {
		w := workloads.Step{Kind: history.Cursor}
		for _, how := range moves {
			w.Moves = append(w.Moves, workloads.Move{How: how, Key: b})
		}
		return w
	}
	bounded, prefixed := walk(workloads.MoveFirst, workloads.MoveNext, workloads.MoveLast), walk(workloads.MoveLast, workloads.MovePrev, workloads.MoveFirst)
	bounded.To, prefixed.Prefix = b, a
	above := walk(workloads.MoveFirst, workloads.MovePrev, workloads.MoveLast, workloads.MoveSeekGE)
	above.From, above.Moves[3].Key = b, a
	return []workloads.Step{
		{Kind: history.Get, Keys: [][]byte{a}},
		{Kind: history.Get, Keys: [][]byte{b}, Stream: true},
		{Kind: history.Snapshot, Keys: [][]byte{a, b}},
		{Kind: history.Scan, Backward: true},
		walk(workloads.MoveFirst, workloads.MoveNext, workloads.MovePrev, workloads.MoveNext, workloads.MoveNext),
		walk(workloads.MoveSeekLT, workloads.MoveNext, workloads.MovePrev, workloads.MoveSeekGE, workloads.MovePrev, workloads.MoveNext),
		bounded, prefixed, above,
	}
}

// place returns the number of steps of a script, and its position among the scripts of that length, from 0.
func place(number uint64) (length int, at uint64) {
	at = max(number, 1) - 1
	for each := uint64(Kinds); ; each *= Kinds {
		if length++; at < each {
			return length, at
		}
		at -= each
	}
}

// Lengths of values. Engines treat longer values differently, often in several classes. A sector has 512 bytes, and each
// sector that a value fills doubles the number of disks that a crash may leave.
const (
	short  = 8
	middle = 400
	long   = 1100
)

// value returns a value that begins with its name.
func value(name string, length int) []byte {
	return []byte(name + strings.Repeat("~", max(0, length-len(name))))
}

func put(key string, value []byte, d history.Durability) workloads.Step {
	return workloads.Step{Kind: history.Put, Durability: d, Writes: []history.Write{{Key: []byte(key), Value: value}}}
}

func erase(key string, d history.Durability) workloads.Step {
	return workloads.Step{Kind: history.Delete, Durability: d, Writes: []history.Write{{Key: []byte(key), Delete: true}}}
}

// step returns a step of a kind, from 0.
func step(kind int, name string) workloads.Step {
	a, b := []byte("a"), []byte("b")
	both := []history.Write{{Key: a, Value: value(name+".a", short)}, {Key: b, Value: value(name+".b", short)}}
	switch kind {
	case 0:
		return put("a", value(name, short), history.Sync)
	case 1:
		return put("a", value(name, short), history.NoSync)
	case 2:
		return put("b", value(name, short), history.Sync)
	case 3:
		return put("b", value(name, short), history.NoSync)
	case 4:
		return erase("a", history.Sync)
	case 5:
		return erase("a", history.NoSync)
	case 6:
		return workloads.Step{Kind: history.Batch, Durability: history.Sync, Writes: both}
	case 7:
		writes := []history.Write{{Key: b, Value: value(name+".b", middle)}, {Key: a, Delete: true}}
		return workloads.Step{Kind: history.Batch, Durability: history.NoSync, Writes: writes}
	case 8:
		writes := []history.Write{{Key: a, Delete: true}, {Key: b, Delete: true}}
		return workloads.Step{Kind: history.Batch, Durability: history.Sync, Range: true, From: a, To: []byte("c"), Writes: writes}
	case 9:
		return put("a", value(name, long), history.Sync)
	case 10:
		return put("b", value(name, long), history.NoSync)
	case 11:
		touches := []workloads.RegisterTouch{
			{Deed: workloads.DeedGet, Keys: [][]byte{b}},
			{Deed: workloads.DeedPut, Keys: [][]byte{a}},
			{Deed: workloads.DeedDelete, Keys: [][]byte{b}},
			{Deed: workloads.DeedGet, Keys: [][]byte{a}},
			{Deed: workloads.DeedGet, Keys: [][]byte{b}},
		}
		return workloads.Step{
			Kind: history.Txn, Isolation: workloads.Serializable, Durability: history.Sync,
			Swapping: &workloads.Swapping{Touches: touches, Name: name},
		}
	case 12:
		return workloads.Step{Kind: history.Flush}
	case 13:
		return workloads.Step{Kind: history.Compact}
	case 14:
		return workloads.Step{Kind: history.Checkpoint, Dir: "copy-" + name}
	default:
		return workloads.Step{Kind: history.Open}
	}
}

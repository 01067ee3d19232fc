package workloads

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strconv"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Dials of the edges workload.
const (
	edgeKeysMax  = 400     // loaded keys
	edgeBatchMax = 300     // writes of a batch; with values at the edges it is larger than a small memtable
	edgeFillFrom = 8       // steps of the first client from which it fills blocks in any case
	edgeLong     = 1 << 15 // bytes of a value that is read back
)

// edges is kv with the keys and the values that engines get wrong: empty ones, runs of 0x00 and 0xff, keys that are the
// beginning of others or have a long one in common, and lengths around powers of two, where blocks, buffers and fields end.
// Some batches are large, and some steps end a record of the log right before the end of a block.
func edges(seed uint64, size Size) Script {
	size = size.normal()
	size.Keys = min(size.Keys, edgeKeysMax)
	value := func(name string) []byte { return edgeValue(seed, name) }
	s := allOperations(seed, size, "edges", edgeKeys(seed, size), value)
	for c, steps := range s.Clients {
		rng := stream(seed, "edges of client "+strconv.Itoa(c))
		filled := c > 0 || len(steps) < edgeFillFrom || rng.IntN(2) == 0 // one client is enough to fill blocks, and a fill is many commits
		for i := range steps {
			name := "c" + strconv.Itoa(c) + "." + strconv.Itoa(i)
			switch step := &steps[i]; {
			case step.Kind == history.Batch && !step.Range && len(step.Writes) > 0 && rng.IntN(8) == 0:
				step.Writes = largeBatch(rng, step.Writes, name)
			case c > 0:
			case step.Kind == history.Flush && rng.IntN(2) == 0, step.Kind == history.Put && rng.IntN(16) == 0, !filled && 2*i > len(steps):
				*step = Step{Kind: history.Put, Durability: history.NoSync, Fill: drawFill(rng, steps, name)}
				filled = true
			}
			if i > 0 && rng.IntN(4) > 0 {
				readBack(&steps[i-1], &steps[i], rng)
			}
		}
	}
	return s
}

// readBack makes a step a look at what the step before has written, if that is long: streams of such values have pieces, and few
// other steps would come to this key.
func readBack(before, step *Step, rng *rand.Rand) {
	for _, w := range before.Writes {
		if len(w.Value) >= edgeLong {
			*step = Step{Kind: history.Get, Keys: [][]byte{w.Key}, Stream: true, Hold: hold(rng)}
		}
	}
}

// edgeAlphabet is what keys are made of.
var edgeAlphabet = [...]byte{0x00, 'k', 0xfe, 0xff}

// edgeKeys names keys so that their order is that of their numbers. A quarter of the numbers begins with each letter of the
// alphabet, and the rest is written in its digits. Zeros at the end are left out, so that number 0 is the empty key. Keys that
// begin with the same letter may have more in common.
func edgeKeys(seed uint64, size Size) func(int) []byte {
	keys := newKeyspace(size, nil)
	quarter := max(size.Keys, (kvGroup+5)*keys.groups*keys.stride)/len(edgeAlphabet) + 1
	length := 0
	for n := 1; n < quarter; n *= len(edgeAlphabet) {
		length++
	}
	rng := stream(seed, "edges of keys")
	common := [len(edgeAlphabet)][]byte{
		1: bytes.Repeat([]byte{'p'}, []int{0, 60, 250, 1000}[rng.IntN(4)]),
		3: bytes.Repeat([]byte{0xff}, []int{0, 0, 3, 40}[rng.IntN(4)]),
	}
	if limit := size.Largest.KeyBytes; limit != 0 {
		for i, c := range common {
			common[i] = c[:min(len(c), limit-1-length)]
		}
	}
	return func(i int) []byte {
		digits := make([]int, 1+length)
		digits[0], i = i/quarter, i%quarter
		for at := length; at > 0; at-- {
			digits[at], i = i%len(edgeAlphabet), i/len(edgeAlphabet)
		}
		for len(digits) > 0 && digits[len(digits)-1] == 0 {
			digits = digits[:len(digits)-1]
		}
		key := []byte{}
		for at, d := range digits {
			if key = append(key, edgeAlphabet[d]); at == 0 {
				key = append(key, common[d]...)
			}
		}
		return key
	}
}

// edgeLength draws the length of a value: the powers of two are loved, and what a header takes away from them.
func edgeLength(rng *rand.Rand) int {
	around := func(power int) int {
		if rng.IntN(2) == 0 {
			return 1<<power - 4 + rng.IntN(9)
		}
		return 1<<power - rng.IntN(48)
	}
	switch p := rng.IntN(100); {
	case p < 20:
		return rng.IntN(4)
	case p < 92:
		return max(0, around(4+rng.IntN(9)))
	case p < 96:
		return around(13 + rng.IntN(3))
	case p < 97:
		return around(16)
	default:
		return 1<<16 + rng.IntN(300) // a little more than 16 bits can say
	}
}

// edgeValue returns the value that a write of that name writes. The shortest ones repeat, and some are runs of one byte.
func edgeValue(seed uint64, name string) []byte {
	rng := stream(seed, name+" edge")
	n := edgeLength(rng)
	switch whole := value(seed, name, n+len(name)+2); {
	case n < 4 && rng.IntN(2) == 0:
		return bytes.Repeat([]byte{0xff * byte(rng.IntN(2))}, n)
	case n <= len(name):
		return whole[len(whole)-n:] // padding
	default:
		return whole[:n]
	}
}

// largeBatch repeats the writes of a batch, with other values, up to as many as take more than a memtable.
func largeBatch(rng *rand.Rand, writes []history.Write, name string) []history.Write {
	all := slices.Clone(writes)
	for i := range rng.IntN(edgeBatchMax) {
		w := writes[i%len(writes)]
		if !w.Delete {
			w.Value = value(rng.Uint64(), name+".large."+strconv.Itoa(i), 100+rng.IntN(100))
		}
		all = append(all, w)
	}
	return all
}

package workloads

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strconv"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Parameters of the edges workload.
const (
	edgeKeysMax  = 400     // loaded keys
	edgeBatchMax = 300     // writes in a batch; with the longest values it exceeds a small memtable
	edgeFillFrom = 8       // from this step on, the first client always fills blocks
	edgeLong     = 1 << 15 // from this length on a value is read back
)

// edges is kv with keys and values that engines tend to get wrong: empty ones, runs of 0x00 and 0xff, keys that are
// prefixes of others or share a long prefix, and lengths around powers of two, where blocks, buffers and length fields
// end. Some batches are large, and some steps end a log record right before the end of a block.
func edges(seed uint64, size Size) Script {
	size = size.normal()
	size.Keys = min(size.Keys, edgeKeysMax)
	value := func(name string) []byte { return edgeValue(seed, name) }
	s := allOperations(seed, size, "edges", edgeKeys(seed, size), value)
	for c, steps := range s.Clients {
		rng := stream(seed, "edges of client "+strconv.Itoa(c))
		filled := c > 0 || len(steps) < edgeFillFrom || rng.IntN(2) == 0 // one client is enough, and a fill makes many commits
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

// readBack replaces a step by a read of what the previous step wrote, if that is long. Streams of such values come in
// pieces, and few other steps would read this key.
func readBack(before, step *Step, rng *rand.Rand) {
	for _, w := range before.Writes {
		if len(w.Value) >= edgeLong {
			*step = Step{Kind: history.Get, Keys: [][]byte{w.Key}, Stream: true, Hold: hold(rng)}
		}
	}
}

// edgeAlphabet holds the bytes that keys consist of.
var edgeAlphabet = [...]byte{0x00, 'k', 0xfe, 0xff}

// edgeKeys names keys such that their order is that of their numbers. The first letter divides the numbers into
// quarters, and the rest of a number is written in digits of the alphabet. Trailing zeros are dropped, so number 0 is
// the empty key. Keys with the same first letter may share a longer prefix.
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

// edgeLength draws the length of a value. It prefers powers of two, and powers of two minus the length of a header.
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
		return 1<<16 + rng.IntN(300) // slightly more than 16 bits can hold
	}
}

// edgeValue returns the value of the write called name. The shortest values repeat, and some are runs of a single byte.
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

// largeBatch repeats the writes of a batch with new values, up to a batch that exceeds a memtable.
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

package workloads

import (
	"math/rand/v2"
	"strconv"

	"github.com/lightningdb/lightning-torture/workloads/appendlog"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// logs is for append-only logs. Entries are appended singly and in batches. The log is truncated at both ends, where
// raft would do so and at unusual places. Appends after a truncation of the end reuse indexes with other contents.
// Clients read anywhere in the log at any time, but change it one at a time. Now and then the log is closed and
// reopened, or copied.
func logs(seed uint64, size Size) Script {
	size = size.normal()
	size.Keys = min(size.Keys, logKeysMax)
	lengths := stream(seed, "lengths of entries").IntN(3) > 0 // in two logs out of three the lengths are at boundaries
	step := func(rng *rand.Rand, client int, name string) Step {
		length := func() int { return size.ValueBytes }
		if lengths {
			length = func() int { return edgeLength(rng) }
		}
		return logStep(rng, client, name, length)
	}
	return Script{
		Workload: "log", Seed: seed, Size: size,
		Preload: load(seed, size, func(i int) []byte { return history.EntryKey(uint64(i) + 1) }), Clients: generate(seed, size, step),
	}
}

// logKeysMax limits the number of entries that are loaded, because all entries are read after each crash.
const logKeysMax = 250

// logStep draws a step.
func logStep(rng *rand.Rand, client int, name string, length func() int) Step {
	l := &appendlog.Step{Name: name}
	s := Step{Log: l}
	switch p := rng.IntN(100); {
	case p < 43:
		s.Kind, s.Durability = history.AppendEntries, logDurability(rng)
		for range entriesOf(rng) {
			l.Sizes = append(l.Sizes, length())
		}
		l.Again = rng.IntN(3) == 0
		if rng.IntN(4) == 0 {
			l.Skip = 1 + rng.Uint64N(1<<(1+rng.Uint64N(40)))
		}
	case p < 46:
		s.Kind, s.Durability = history.AppendEntries, history.NoSync
		l.Block = []int{512, 4 << 10, 4 << 10, 32 << 10, 64 << 10}[rng.IntN(5)]
		l.Left = logLeft[rng.IntN(len(logLeft))]
	case p < 56:
		s.Kind, s.Durability, l.At = history.TruncateBack, logDurability(rng), logCut(rng, 1000, -1)
		if rng.IntN(2) == 0 {
			l.Again = rng.IntN(2) == 0
			for range 1 + rng.IntN(3) {
				l.Sizes = append(l.Sizes, length())
			}
		}
	case p < 66:
		s.Kind, s.Durability, l.At = history.TruncateFront, logDurability(rng), logCut(rng, 0, 1)
	case p < 75:
		s.Kind, l.At, l.Reads = history.Get, anyPlace(rng), 1+rng.IntN(6)
	case p < 80:
		s.Kind = []history.Kind{history.FirstIndex, history.LastIndex}[rng.IntN(2)]
	case p < 88:
		s.Kind, s.Durability, l.Key = history.Put, logDurability(rng), valueKey(rng)
		l.Sizes = []int{rng.IntN(64)}
	case p < 91:
		s.Kind, l.Key = history.Get, valueKey(rng)
	case p < 95:
		s.Kind = history.Barrier
	case p < 97:
		s.Kind = history.Flush
	default:
		return administer(rng, client, name)
	}
	if s.Kind == history.Barrier || s.Kind == history.Flush {
		s.Log = nil
	}
	return s
}

// logLeft lists the distances from the end of a block that matter: 0, less than a header, a header, and one byte more.
var logLeft = [...]int{0, 0, 1, 2, 4, 7, 8, 9, 12, 16, 17, 24}

func logDurability(rng *rand.Rand) history.Durability {
	return []history.Durability{history.Sync, history.Sync, history.Sync, history.NoSync, history.NoSync, history.Buffered}[rng.IntN(6)]
}

// entriesOf draws the number of entries in one append.
func entriesOf(rng *rand.Rand) int {
	switch p := rng.IntN(20); {
	case p < 11:
		return 1
	case p < 17:
		return 2 + rng.IntN(4)
	case p < 19:
		return 6 + rng.IntN(20)
	default:
		return 40 + rng.IntN(60)
	}
}

// logCut draws where a log is truncated: mostly a few entries inward from one of its ends, whose position in the log is
// given by end, in permille. Some truncations are elsewhere; others keep all, keep nothing, or are out of range.
func logCut(rng *rand.Rand, end, inward int) appendlog.Place {
	switch p := rng.IntN(20); {
	case p < 7:
		return appendlog.Place{Permille: end, Plus: inward * (1 + rng.IntN(4))}
	case p < 14:
		return appendlog.Place{Permille: rng.IntN(1001)}
	case p < 15:
		return appendlog.Place{Permille: end}
	case p < 16:
		return appendlog.Place{Permille: end, Plus: -inward * (1 + rng.IntN(3))}
	case p < 18:
		return appendlog.Place{Permille: 1000 - end, Plus: -inward * rng.IntN(2)} // keeps at least one entry
	case p < 19:
		return appendlog.Place{Permille: 1000 - end, Plus: inward * (1 + rng.IntN(3))}
	default:
		return appendlog.Place{Permille: 1000 - end}
	}
}

// anyPlace draws where entries are read: at both ends, just outside them, and anywhere in between.
func anyPlace(rng *rand.Rand) appendlog.Place {
	place := appendlog.Place{Permille: rng.IntN(1001)}
	if p := rng.IntN(3); p < 2 {
		place = appendlog.Place{Permille: 1000 * p, Plus: rng.IntN(7) - 3}
	}
	return place
}

func valueKey(rng *rand.Rand) string {
	return []string{appendlog.TermKey, appendlog.VoteKey}[rng.IntN(2)]
}

// entry returns the data of entry i of a step. Data too short to hold the whole name may repeat.
func (s *Script) entry(step string, i, size int) []byte {
	name := step + "." + strconv.Itoa(i)
	if size >= len(name) {
		return value(s.Seed, name, size)
	}
	padding := value(s.Seed, name, 2*len(name)+1)
	return padding[len(padding)-max(0, size):]
}

package explore

import (
	"slices"

	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

// firstPass is how many crash points the first pass over a run has at most.
const firstPass = 8

// passes splits ticks into passes over the whole run, so that an exploration that is cut short has seen all parts of it.
// Each pass doubles the number of parts into which the run is split, and has one tick of each part that has none yet,
// drawn by a seed. The last tick, behind which everything acknowledged lies, is in the first pass. Each pass is ascending.
func passes(ticks []uint64, seed uint64) [][]uint64 {
	if len(ticks) == 0 {
		return nil
	}
	all := [][]uint64{record.Spread(ticks, firstPass, seed)}
	seen := slices.Clone(all[0]) // ascending
	for parts := firstPass; len(seen) < len(ticks); {
		parts *= 2
		pass := newcomers(ticks, seen, parts, seed)
		all = append(all, pass)
		seen = append(seen, pass...)
		slices.Sort(seen)
	}
	return all
}

// newcomers returns a tick of each of so many parts of which none was seen.
func newcomers(ticks, seen []uint64, parts int, seed uint64) (pass []uint64) {
	for i := range parts {
		part := ticks[i*len(ticks)/parts : (i+1)*len(ticks)/parts]
		if len(part) == 0 {
			continue
		}
		next, _ := slices.BinarySearch(seen, part[0])
		if next == len(seen) || seen[next] > part[len(part)-1] {
			pass = append(pass, part[plan.Mix(seed, part[0])%uint64(len(part))])
		}
	}
	return pass
}

func total(passes [][]uint64) (n int) {
	for _, pass := range passes {
		n += len(pass)
	}
	return n
}

package explore

import (
	"slices"

	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

// The maximum number of crash points in the first pass: spread over the run, and in the closing of its store.
const (
	firstPass   = 8
	closingPass = 16
)

// passes splits ticks into passes over the whole run, so that an exploration that is cut short has seen all parts of
// it. Each pass doubles the number of parts into which the run is divided, and has one tick, drawn by seed, from each
// part that has none yet. The last ticks, as many as closing says, are all in the first pass: the store is closed only
// once, and by the last tick everything has been acknowledged. Each pass is in ascending order.
func passes(ticks []uint64, closing int, seed uint64) [][]uint64 {
	if len(ticks) == 0 {
		return nil
	}
	before := len(ticks) - closing
	all := [][]uint64{slices.Concat(record.Spread(ticks[:before], firstPass, seed), ticks[before:])}
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

// newcomers divides ticks into parts and returns one tick of each part that has none in seen.
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

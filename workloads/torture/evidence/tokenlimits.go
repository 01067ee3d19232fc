package evidence

import (
	"errors"
	"maps"
	"slices"

	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
)

// limits writes the limits that a run sets: their number, then a hash of the name and the value of each.
func (w *tokenWriter) limits(limits contract.Limits) {
	w.Size(len(limits))
	for _, name := range slices.Sorted(maps.Keys(limits)) {
		w.hash(name)
		w.Signed(limits[name])
	}
}

// hashedLimit is a limit as tokens carry it.
type hashedLimit struct {
	name  uint16
	value int64
}

// limits reads the limits.
func (r *tokenReader) limits() (all []hashedLimit) {
	for n := r.Number(); n > 0 && !r.Short() && len(all) <= contract.MaxLimits; n-- {
		all = append(all, hashedLimit{r.Uint16(), r.Signed()})
	}
	return all
}

// named turns hashes of names into the limits of a target.
func named(all []hashedLimit, t *contract.Target) (contract.Limits, error) {
	if len(all) == 0 {
		return nil, nil
	}
	limits := contract.Limits{}
	for _, l := range all {
		i := slices.IndexFunc(t.Limits, func(known contract.Limit) bool { return nameHash(known.Name) == l.name })
		if i < 0 {
			return nil, errors.New("it sets a limit that the engine does not have")
		}
		limits[t.Limits[i].Name] = l.value
	}
	return limits, t.CheckLimits(limits)
}

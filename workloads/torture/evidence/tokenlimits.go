package evidence

import (
	"encoding/binary"
	"errors"
	"maps"
	"slices"

	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
)

// encodeLimits appends the limits that a run sets: their number, then a hash of the name and the value of each.
func encodeLimits(b []byte, limits contract.Limits) []byte {
	b = binary.AppendUvarint(b, uint64(len(limits)))
	for _, name := range slices.Sorted(maps.Keys(limits)) {
		b = binary.AppendVarint(binary.LittleEndian.AppendUint16(b, nameHash(name)), limits[name])
	}
	return b
}

// hashedLimit is a limit as tokens carry it.
type hashedLimit struct {
	name  uint16
	value int64
}

// decodeLimits reads the limits.
func decodeLimits(r *tokenReader) (all []hashedLimit) {
	for n := r.number(); n > 0 && !r.short && len(all) <= contract.MaxLimits; n-- {
		all = append(all, hashedLimit{r.hash(), r.signed()})
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

func (r *tokenReader) signed() int64 {
	v, n := binary.Varint(r.b)
	if n <= 0 {
		r.short, r.b = true, nil
		return 0
	}
	r.b = r.b[n:]
	return v
}

package litmus

import "slices"

// Set is a set of outcomes: sorted, without duplicates.
type Set []string

func newSet(outcomes []string) Set {
	s := slices.Clone(outcomes)
	slices.Sort(s)
	return slices.Compact(s)
}

// Has reports whether the outcome is in the set.
func (s Set) Has(outcome string) bool {
	_, found := slices.BinarySearch(s, outcome)
	return found
}

// Without returns the elements of s that are not in other.
func (s Set) Without(other Set) Set {
	var rest Set
	for _, outcome := range s {
		if !other.Has(outcome) {
			rest = append(rest, outcome)
		}
	}
	return rest
}

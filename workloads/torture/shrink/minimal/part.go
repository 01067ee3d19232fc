package minimal

import "slices"

// Part returns a subsequence of all that still fails and from which no single element can be removed. It tries to
// remove large pieces first. All elements together must fail; Part does not test that.
func Part[T any](all []T, fails func([]T) bool) []T {
	for piece := len(all); piece > 0; {
		removed := false
		for at := 0; at < len(all); {
			rest := slices.Concat(all[:at], all[min(at+piece, len(all)):])
			if fails(rest) {
				all, removed = rest, true
			} else {
				at += piece
			}
		}
		if piece = min(piece, len(all)); piece > 1 || !removed {
			piece /= 2
		}
	}
	return all
}

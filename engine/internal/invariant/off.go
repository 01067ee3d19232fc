//go:build !invariants

package invariant

// Enabled says whether costly checks run: this build lacks the tag "invariants".
const Enabled = false

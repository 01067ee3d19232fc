//go:build invariants

package invariant

// Enabled says whether costly checks run: this build has the tag "invariants".
const Enabled = true

package reports

import (
	"fmt"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/torture"
	"github.com/lightningdb/lightning-torture/workloads/torture/wording"
)

// word is the verdict as a heading.
func word(v checker.Verdict) string {
	switch v {
	case checker.Pass:
		return "Pass"
	case checker.Fail:
		return "Fail"
	case checker.Inconclusive:
	}
	return "Inconclusive"
}

// sign is the verdict as one character.
func sign(v checker.Verdict) string {
	switch v {
	case checker.Pass:
		return "✓"
	case checker.Fail:
		return "✗"
	case checker.Inconclusive:
	}
	return "?"
}

// claim says in one sentence what the result means for the engine.
func claim(r *torture.Result) string {
	images := wording.Plural(r.Images, "crash image")
	switch {
	case r.Verdict == checker.Pass:
		return fmt.Sprintf("%s kept its promises in every one of %s.", r.Engine, images)
	case r.Verdict == checker.Fail && len(r.Findings) > 1:
		return fmt.Sprintf("%s broke its promises in %d ways; %s judged.", r.Engine, len(r.Findings), images)
	case r.Verdict == checker.Fail:
		return fmt.Sprintf("%s broke a promise; %s judged.", r.Engine, images)
	default:
		return fmt.Sprintf("No broken promise was seen in %s, but that does not prove that %s keeps them.",
			images, r.Engine)
	}
}

// maxCaveats is the number of reasons shown next to the verdict; a longer list would push the figures off the screen.
const maxCaveats = 3

// firstCaveats returns as many caveats as fit next to the verdict. The cells of the matrix list all of them.
func firstCaveats(r *torture.Result) []string {
	all := caveats(r)
	if len(all) <= maxCaveats+1 {
		return all
	}
	return append(all[:maxCaveats:maxCaveats], fmt.Sprintf("And %s.", wording.Plural(len(all)-maxCaveats, "more reason")))
}

// caveats returns the sentences that belong next to the verdict: whether the run was cut short, and why it is not a
// pass.
func caveats(r *torture.Result) []string { return append(interruption(r), r.Reasons...) }

// interruption says that the run was cut short, if it was.
func interruption(r *torture.Result) []string {
	if !r.Interrupted {
		return nil
	}
	return []string{fmt.Sprintf("Interrupted after %s; this report covers what was done by then.", seconds(r.ElapsedSeconds))}
}

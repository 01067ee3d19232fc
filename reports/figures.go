package reports

import (
	"fmt"
	"maps"
	"slices"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/reports/page"
	"github.com/lightningdb/lightning-torture/workloads/torture"
	"github.com/lightningdb/lightning-torture/workloads/torture/wording"
)

// figure is one number of the verdict screen.
type figure = page.Figure

// figures returns the numbers behind the verdict, as a terminal and a summary show them.
func figures(r *torture.Result) []figure {
	all := []figure{
		{
			Label: "crash images", Value: wording.Grouped(r.Images),
			Note: images(r),
		},
		{
			Label: "crash points", Value: wording.Grouped(r.CrashPoints),
			Note: points(r),
		},
		{
			Label: "nested crashes", Value: wording.Grouped(r.NestedImages),
			Note: nested(r),
		},
		durability(r),
		bankTotal(r),
		{
			Label: "bytes lost", Value: byteSize(r.BytesLost),
			Note: "unsynced, dropped",
		},
		{
			Label: "faults injected", Value: wording.Grouped(sum(r.FaultsInjected)),
			Note: injected(r),
		},
		{
			Label: "lab share", Value: percent(r.LabShare),
			Note: "the rest is the engine",
		},
	}
	return slices.Concat(all, deathFigure(r), scopeFigure(r), quotaFigure(r))
}

// deathFigure says how often the engine ended its process, if it did.
func deathFigure(r *torture.Result) []figure {
	if r.Deaths == 0 {
		return nil
	}
	return []figure{{
		Label: "deaths", Value: wording.Grouped(r.Deaths), Note: "times that the engine ended its process; another process continued, and the run in progress was lost",
	}}
}

// scopeFigure says how much of the small scope was explored, if that was requested.
func scopeFigure(r *torture.Result) []figure {
	s := r.Scope
	if s == nil {
		return nil
	}
	steps := wording.Plural(s.Steps, "step")
	note := fmt.Sprintf("of %s scripts of up to %s; %s not explored in full",
		wording.Grouped(int(s.Scripts)), steps, wording.Plural(s.Open, "crash point"))
	if s.Proved() {
		note = fmt.Sprintf("scripts: proved for every script of up to %s, every crash, every disk, and every crash of its recovery", steps)
	}
	return []figure{{Label: "small scope", Value: wording.Grouped(int(s.Next - s.First)), Note: note}}
}

func quotaFigure(r *torture.Result) []figure {
	q := &r.Quota
	if q.Cells.Owed == 0 {
		return nil
	}
	return []figure{{
		Label: "quota", Value: q.Cells.String(),
		Note: fmt.Sprintf("cells of the matrix have the work that a pass requires, %v crash points", q.CrashPoints),
	}}
}

// coverageFigures says what share of the engine's statements ran, if that is known.
func coverageFigures(r *torture.Result) []figure {
	c := r.Coverage
	if c == nil || c.Statements == 0 {
		return nil
	}
	share := func(n int) string { return percent(float64(n) / float64(c.Statements)) }
	return []figure{{
		Label: "coverage", Value: share(c.Reached),
		Note: fmt.Sprintf("of %s of the engine; recoveries alone: %s", wording.Plural(c.Statements, "statement"), share(c.InRecovery)),
	}}
}

// points says how crash points were explored: exhaustively, up to a bound, with damage, or by a sample.
func points(r *torture.Result) string {
	note := wording.Grouped(r.ExhaustivePoints) + " exhaustive"
	if r.BoundedPoints > 0 {
		note += fmt.Sprintf(", %s bounded", wording.Grouped(r.BoundedPoints))
	}
	if r.RottenPoints > 0 {
		note += fmt.Sprintf(", %s with damage", wording.Grouped(r.RottenPoints))
	}
	note += fmt.Sprintf(", %s sampled", wording.Grouped(r.SampledPoints))
	if r.Shapes > 0 {
		note += fmt.Sprintf(", of %s", wording.Plural(r.Shapes, "shape"))
	}
	if r.DecidedPoints > 0 {
		note += fmt.Sprintf(", %s with images chosen before recovery ran", wording.Grouped(r.DecidedPoints))
	}
	return note
}

// images says how fast images were recovered, how many of them twice, and how many were audited.
func images(r *torture.Result) string {
	note := wording.Grouped(int(r.ImagesPerSecond)) + " a second"
	if r.RepeatedImages > 0 {
		note += fmt.Sprintf(", %s recovered twice", wording.Grouped(r.RepeatedImages))
	}
	if r.AlikeImages > 0 {
		note += fmt.Sprintf(", %s more were the same as others", wording.Grouped(r.AlikeImages))
	}
	if r.AuditedImages > 0 {
		note += fmt.Sprintf(", %s audited", wording.Grouped(r.AuditedImages))
	}
	return note
}

// injected says how many kinds of faults were injected, and how many more faults hit recoveries.
func injected(r *torture.Result) string {
	note := wording.Plural(len(r.FaultsInjected), "kind")
	if r.FaultyRecoveries > 0 {
		note += fmt.Sprintf(", and %s during recoveries", wording.Grouped(r.FaultyRecoveries))
	}
	return note
}

// nested says when the nested crashes happened.
func nested(r *torture.Result) string {
	if r.RecoveryCycles == 0 {
		return "during recovery"
	}
	return fmt.Sprintf("during recovery, %s in sequences of 100", wording.Grouped(r.RecoveryCycles))
}

// durability compares what was acknowledged with what was recovered. Under some faults, such as lost fsyncs, a store may
// lose commits and still be correct, so a loss is marked as bad only in a failed run.
func durability(r *torture.Result) figure {
	f := figure{
		Label: "commits kept", Value: wording.Grouped(r.Recovered),
		Note: "of " + wording.Grouped(r.AckedSynced) + " synced",
	}
	if lost := r.AckedSynced - r.Recovered; lost > 0 {
		f.Note += fmt.Sprintf(", %s lost", wording.Grouped(lost))
		f.Bad = r.Verdict == checker.Fail
	}
	return f
}

func bankTotal(r *torture.Result) figure {
	f := figure{Label: "bank total", Value: wording.Grouped(r.BankTotalGot)}
	switch missing := r.BankTotalWant - r.BankTotalGot; {
	case missing > 0:
		f.Note, f.Bad = fmt.Sprintf("%s missing of %s", wording.Grouped(missing), wording.Grouped(r.BankTotalWant)), true
	case missing < 0:
		f.Note, f.Bad = fmt.Sprintf("%s too much, want %s", wording.Grouped(-missing), wording.Grouped(r.BankTotalWant)), true
	case r.BankTotalWant == 0:
		f.Value, f.Note = "–", "the bank was not run"
	default:
		f.Note = "conserved"
	}
	return f
}

func sum(counts map[string]uint64) (total uint64) {
	for _, n := range counts {
		total += n
	}
	return total
}

// injection is one kind of fault and how often it was injected.
type injection struct {
	Name  string
	Count string
}

// injections lists the counts by name.
func injections(counts map[string]uint64) []injection {
	out := make([]injection, 0, len(counts))
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		out = append(out, injection{Name: name, Count: wording.Grouped(counts[name])})
	}
	return out
}

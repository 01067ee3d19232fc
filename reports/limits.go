package reports

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/torture"
	"github.com/lightningdb/lightning-torture/workloads/torture/wording"
)

// catalog is everything that the lab can run.
type catalog struct{ workloads, faults, profiles []torture.Choice }

func fullCatalog() catalog {
	return catalog{workloads: torture.Workloads(), faults: torture.Faults(), profiles: torture.Profiles()}
}

// gaps are sentences about what a run did not test.
type gaps []string

// say adds a sentence if n, the number of things that it is about, is not 0.
func (g *gaps) say(n int, format string, args ...any) {
	if n > 0 {
		*g = append(*g, fmt.Sprintf(format, args...))
	}
}

// untested says what the run did not test, one sentence per gap: first what this run left out and another could do, then
// what no run of this lab can show.
func untested(r *torture.Result, all catalog) []string {
	var g gaps
	g.say(len(r.Findings), "The figures count the search alone, without the runs that shrink and explain findings.")
	g.ofSearch(r)
	g.ofRecoveries(r)
	g.ofEngine(r)
	g.ofCatalog(r, all)
	return append(g, "Real disks and kernels: the lab's filesystem follows a written model of them.",
		"Schedules of concurrent clients other than those that happened to occur.")
}

// ofSearch says which images were left out, and which runs and judgements are missing.
func (g *gaps) ofSearch(r *torture.Result) {
	oneHole := r.BoundedPoints - r.TwoHolesPoints - r.NoHolePoints
	g.say(r.NoHolePoints, "%s tried with every image in which the pending operations that one read depends on persisted in order, and with a "+
		"sample of the other images.", were(r.NoHolePoints, "crash point"))
	g.say(oneHole, "%s tried with every image in which, of the pending operations that one read depends on, at most one was lost before a "+
		"later one that survived; other images were left out.", were(oneHole, "crash point"))
	g.say(r.TwoHolesPoints, "%s tried with every image in which, of the pending operations that one read depends on, at most two were lost before "+
		"a later one that survived. Images between two that gave the same result were left out.", were(r.TwoHolesPoints, "crash point"))
	g.say(r.RottenPoints, "%s tried with damage in one randomly chosen place per image.", were(r.RottenPoints, "crash point"))
	g.say(r.SampledPoints, "%s tried with a sample of the images that recovery can tell apart, not with all of them.",
		were(r.SampledPoints, "crash point"))
	g.say(r.UnexploredPoints, "%s left out because the budget was spent.", were(r.UnexploredPoints, "crash point"))
	absences := matrixOf(r).Count[absent]
	g.say(absences, "%s of workload and fault never ran.", wording.Plural(absences, "combination"))
	unclear := unknowns(r)
	g.say(unclear, "%s ended without an answer.", wording.Plural(unclear, "judgement"))
}

// ofRecoveries says which recoveries did not repeat, and what was never done to one.
func (g *gaps) ofRecoveries(r *torture.Result) {
	g.say(r.Divergences, "%s did not repeat the reads of an earlier run: the search may have missed images there.",
		wording.Plural(r.Divergences, "recovery run"))
	g.say(r.DecidedPoints, "Recoveries vary in the order of their reads, so at %s the images were chosen before recovery ran, and some of them "+
		"may not differ in anything that recovery reads.", wording.Plural(r.DecidedPoints, "crash point"))
	if r.NestedImages == 0 {
		*g = append(*g, "Power was never cut during a recovery.")
	}
	if r.FaultyRecoveries == 0 {
		*g = append(*g, "No filesystem call failed during a recovery.")
	}
	if r.RecoveryCycles == 0 {
		*g = append(*g, "No store was crashed a hundred times in a row.")
	}
}

// ofEngine says what of the engine no run exercised.
func (g *gaps) ofEngine(r *torture.Result) {
	lacking, uncalled := withoutAnswer(r)
	g.say(len(lacking), "Operations that the store does not offer: %s.", strings.Join(lacking, ", "))
	g.say(len(uncalled), "Operations that no run called: %s.", strings.Join(uncalled, ", "))
	ran := faultsOf(r)
	excused := slices.DeleteFunc(slices.Clone(r.Unpromised), func(name string) bool { return slices.Contains(ran, name) })
	g.say(len(excused), "Faults about which the engine promises nothing: %s.", strings.Join(excused, ", "))
	g.say(len(r.Unreached), "Limits of the engine that no run reaches: %s.", strings.Join(r.Unreached, ", "))
	*g = append(*g, uncovered(r.Coverage)...)
}

// ofCatalog says what of everything that the lab can run was left out.
func (g *gaps) ofCatalog(r *torture.Result, all catalog) {
	for _, left := range []struct {
		noun  string
		names []string
	}{
		{"Workloads", missing(all.workloads, slices.Concat(matrixOf(r).Workloads, r.OtherWorkloads))},
		{"Faults", missing(all.faults, slices.Concat(faultsOf(r), r.Unpromised))},
		{"Crash profiles", missing(all.profiles, profilesOf(r))},
	} {
		g.say(len(left.names), "%s left out: %s.", left.noun, strings.Join(left.names, ", "))
	}
}

// faultsOf returns the faults of the matrix.
func faultsOf(r *torture.Result) (faults []string) {
	for _, row := range matrixOf(r).Rows {
		faults = append(faults, row.Fault)
	}
	return faults
}

// withoutAnswer returns the kinds of operations that the store never answered: those that it does not offer, and those that
// no run called.
func withoutAnswer(r *torture.Result) (lacking, uncalled []string) {
	for _, o := range r.Operations {
		switch {
		case o.Count > 0:
		case o.Lacking:
			lacking = append(lacking, o.Kind.String())
		default:
			uncalled = append(uncalled, o.Kind.String())
		}
	}
	return lacking, uncalled
}

// profilesOf returns the profile of the campaign and those that some faults require.
func profilesOf(r *torture.Result) []string {
	used := []string{r.Profile}
	for _, c := range r.Cells {
		used = append(used, c.Profile)
	}
	return slices.AppendSeq(used, maps.Keys(r.Profiles))
}

func were(n int, noun string) string {
	if n == 1 {
		return wording.Plural(n, noun) + " was"
	}
	return wording.Plural(n, noun) + " were"
}

func unknowns(r *torture.Result) (n int) {
	for _, c := range r.Cells {
		n += c.Unknown
	}
	return n
}

func missing(all []torture.Choice, used []string) []string {
	var out []string
	for _, choice := range all {
		if !slices.Contains(used, choice.Name) {
			out = append(out, choice.Name)
		}
	}
	return out
}

// confidence bounds the failure rate of a run without findings by the rule of three: if n independent trials all
// succeed, the rate is below 3/n with 95 % confidence. Images of one run share its history and are not independent, so
// the bound by runs is given along with the one by images. The result is empty if the rule does not apply. It does not
// apply to an inconclusive run, because a judge without an answer has not seen a success.
func confidence(r *torture.Result) string {
	if len(r.Findings) > 0 || r.Verdict != checker.Pass || r.Images < 30 || r.Runs < 1 {
		return ""
	}
	line := fmt.Sprintf("Rule of three: no failure in %s puts the rate of failing images below %s (95 %% confidence).",
		wording.Plural(r.Images, "image"), percent(3/float64(r.Images)))
	if r.Runs >= 30 {
		return line + fmt.Sprintf(" Images of one run are not independent; counted by the %s alone, the rate of failing runs is below %s.",
			wording.Plural(r.Runs, "run"), percent(3/float64(r.Runs)))
	}
	return line + fmt.Sprintf(" Images of one run are not independent, and there were only %s.", wording.Plural(r.Runs, "run"))
}

// maxUncovered is the number of files named as not fully covered; the coverage profile has all of them.
const maxUncovered = 8

// uncovered says how many statements of the engine never ran, and in which files, if that is known.
func uncovered(c *torture.Coverage) []string {
	if c == nil || len(c.Unreached) == 0 {
		return nil
	}
	var files []string
	for _, f := range c.Unreached[:min(len(c.Unreached), maxUncovered)] {
		files = append(files, fmt.Sprintf("%s (%d)", f.File, f.Statements))
	}
	if more := len(c.Unreached) - len(files); more > 0 {
		files = append(files, wording.Plural(more, "more file"))
	}
	return []string{fmt.Sprintf("%s of the engine never ran: %s; see %s.",
		wording.Plural(c.Statements-c.Reached, "statement"), strings.Join(files, ", "), c.Profile)}
}

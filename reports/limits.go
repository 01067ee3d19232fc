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

// untested says what the run did not test, one sentence per gap: first what this run left out and another could do, then
// what no run of this lab can show.
func untested(r *torture.Result, all catalog) []string {
	var out []string
	say := func(n int, format string, args ...any) {
		if n > 0 {
			out = append(out, fmt.Sprintf(format, args...))
		}
	}
	say(len(r.Findings), "The figures count the search alone, without the runs that shrink and explain findings.")
	m := matrixOf(r)
	var faults []string
	for _, row := range m.Rows {
		faults = append(faults, row.Fault)
	}
	oneHole := r.BoundedPoints - r.TwoHolesPoints - r.NoHolePoints
	say(r.NoHolePoints, "%s tried with every image in which the pending operations that one read depends on persisted in order, and with a "+
		"sample of the other images.", were(r.NoHolePoints, "crash point"))
	say(oneHole, "%s tried with every image in which, of the pending operations that one read depends on, at most one was lost before a "+
		"later one that survived; other images were left out.", were(oneHole, "crash point"))
	say(r.TwoHolesPoints, "%s tried with every image in which, of the pending operations that one read depends on, at most two were lost before "+
		"a later one that survived. Images between two that gave the same result were left out.", were(r.TwoHolesPoints, "crash point"))
	say(r.RottenPoints, "%s tried with damage in one randomly chosen place per image.", were(r.RottenPoints, "crash point"))
	say(r.SampledPoints, "%s tried with a sample of the images that recovery can tell apart, not with all of them.",
		were(r.SampledPoints, "crash point"))
	say(r.UnexploredPoints, "%s left out because the budget was spent.", were(r.UnexploredPoints, "crash point"))
	say(m.Count[absent], "%s of workload and fault never ran.", wording.Plural(m.Count[absent], "combination"))
	unclear := unknowns(r)
	say(unclear, "%s ended without an answer.", wording.Plural(unclear, "judgement"))
	say(r.Divergences, "%s did not repeat the reads of an earlier run: the search may have missed images there.",
		wording.Plural(r.Divergences, "recovery run"))
	say(r.DecidedPoints, "Recoveries vary in the order of their reads, so at %s the images were chosen before recovery ran, and some of them "+
		"may not differ in anything that recovery reads.", wording.Plural(r.DecidedPoints, "crash point"))
	if r.NestedImages == 0 {
		out = append(out, "Power was never cut during a recovery.")
	}
	if r.FaultyRecoveries == 0 {
		out = append(out, "No filesystem call failed during a recovery.")
	}
	if r.RecoveryCycles == 0 {
		out = append(out, "No store was crashed a hundred times in a row.")
	}
	lacking, uncalled := withoutAnswer(r)
	say(len(lacking), "Operations that the store does not offer: %s.", strings.Join(lacking, ", "))
	say(len(uncalled), "Operations that no run called: %s.", strings.Join(uncalled, ", "))
	excused := slices.DeleteFunc(slices.Clone(r.Unpromised), func(name string) bool { return slices.Contains(faults, name) })
	say(len(excused), "Faults about which the engine promises nothing: %s.", strings.Join(excused, ", "))
	say(len(r.Unreached), "Limits of the engine that no run reaches: %s.", strings.Join(r.Unreached, ", "))
	out = append(out, uncovered(r.Coverage)...)
	for _, left := range []struct {
		noun  string
		names []string
	}{
		{"Workloads", missing(all.workloads, slices.Concat(m.Workloads, r.OtherWorkloads))},
		{"Faults", missing(all.faults, slices.Concat(faults, r.Unpromised))},
		{"Crash profiles", missing(all.profiles, profilesOf(r))},
	} {
		say(len(left.names), "%s left out: %s.", left.noun, strings.Join(left.names, ", "))
	}
	return append(out, "Real disks and kernels: the lab's filesystem follows a written model of them.",
		"Schedules of concurrent clients other than those that happened to occur.")
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

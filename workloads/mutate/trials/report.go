package trials

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads/mutate/operators"
)

// Report is the score of the judges. Its JSON form is stable: fields may be added but are never renamed.
type Report struct {
	Version    int        `json:"version"` // of this format: 1
	Packages   []string   `json:"packages"`
	Seed       string     `json:"seed"`
	Commit     string     `json:"commit,omitempty"` // the commit that is checked out
	Judges     []string   `json:"judges"`
	Population int        `json:"population"` // number of possible mutants
	Skipped    Skipped    `json:"skipped"`
	Pending    int        `json:"pending"` // mutants of the sample that still lack answers
	Total      Row        `json:"total"`
	Kinds      []Row      `json:"kinds"`
	Parts      []Row      `json:"parts"`     // by directory
	Survivors  []Survivor `json:"survivors"` // mutants that at least one judge did not kill
	Outdated   int        `json:"outdated"`  // answers given at another commit
	Problems   []string   `json:"problems"`  // contradictions in the reasons for survivors
}

// Skipped counts the mutants that were drawn but are not part of the sample.
type Skipped struct {
	NotCompiled int `json:"did_not_compile"`
	Equivalent  int `json:"equivalent"` // compile to the same code as the original
	Duplicate   int `json:"duplicate"`  // compile to the same code as another mutant of the sample
}

// Row is the score for a set of mutants.
type Row struct {
	Name      string         `json:"name"`
	Mutants   int            `json:"mutants"`   // judged
	Excused   int            `json:"excused"`   // of the judged, those that a person found equivalent or a matter of speed
	Killed    map[string]int `json:"killed"`    // by judge; here and below, excused mutants are left out
	Alone     map[string]int `json:"alone"`     // killed by this judge and no other
	Any       int            `json:"any"`       // killed by at least one judge
	All       int            `json:"all"`       // killed by every judge, if there is more than one
	Timeout   map[string]int `json:"timeout"`   // the killed ones that are timeouts
	Broken    map[string]int `json:"broken"`    // not killed, because the judge had no answer
	Unreached map[string]int `json:"unreached"` // not killed, because the judge never executes the changed code
	Classes   map[string]int `json:"classes"`   // mutants that no judge killed, by class
}

// Counted is the number of judged mutants that nobody has excused.
func (r Row) Counted() int { return r.Mutants - r.Excused }

// Survivor is a mutant that at least one judge did not kill.
type Survivor struct {
	operators.Mutation
	Diff     string            `json:"diff"`
	Killers  []string          `json:"killers"` // judges that killed it
	Answers  map[string]Answer `json:"answers"`
	Class    Class             `json:"class"`
	Argument string            `json:"argument,omitempty"` // empty: not reviewed
}

// report scores what the ledger has of the sample.
func (c *court) report() (Report, error) {
	r := Report{
		Version: 1, Packages: c.t.Packages, Seed: c.t.Seed, Commit: c.commit, Population: len(c.order), Total: newRow("all"),
		Survivors: []Survivor{}, Problems: []string{},
	}
	for _, j := range c.t.Judges {
		r.Judges = append(r.Judges, j.Name)
	}
	kinds, parts := map[string]Row{}, map[string]Row{}
	taken, unused := 0, maps.Clone(c.reasons)
	for _, m := range c.order {
		delete(unused, m.ID)
		if c.t.Sample > 0 && taken == c.t.Sample {
			continue
		}
		e, known := c.ledger.known(m.ID)
		switch {
		case e.Skipped != "":
			r.Skipped.add(e.Skipped)
			continue
		case !known || !c.judged(e):
			r.Pending++
			taken++
			continue
		}
		taken++
		e.Mutation = m
		s := c.survivor(&r, e)
		r.Total.add(s, c.t.Judges)
		addTo(kinds, string(m.Kind), s, c.t.Judges)
		addTo(parts, path.Dir(m.File), s, c.t.Judges)
		for _, a := range e.Answers {
			if a.Commit != c.commit {
				r.Outdated++
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(unused)) {
		r.Problems = append(r.Problems, "there is no mutant "+id+"; remove the reason")
	}
	r.Kinds, r.Parts = rows(kinds), rows(parts)
	return r, nil
}

func (c *court) judged(e Entry) bool {
	return !slices.ContainsFunc(c.t.Judges, func(j Judge) bool { _, ok := e.Answers[j.Name]; return !ok })
}

// survivor combines the answers about a mutant with the reason for its survival, and adds it to the report if a judge
// did not kill it.
func (c *court) survivor(r *Report, e Entry) Survivor {
	s := Survivor{Mutation: e.Mutation, Diff: e.Diff, Answers: e.Answers}
	for _, j := range c.t.Judges {
		if e.Answers[j.Name].Kills() {
			s.Killers = append(s.Killers, j.Name)
		}
	}
	given, ok := c.reasons[e.ID]
	s.Class, s.Argument = given.class, given.argument
	if ok {
		if problem := given.problem(e.ID, e.Answers, c.t.Judges); problem != "" {
			r.Problems = append(r.Problems, problem)
			s.Class = Missed
		}
	} else {
		s.Class = Missed
	}
	if len(s.Killers) < len(c.t.Judges) {
		r.Survivors = append(r.Survivors, s)
	}
	return s
}

func (s *Skipped) add(why string) {
	switch {
	case why == skippedNotCompiled:
		s.NotCompiled++
	case why == skippedEquivalent:
		s.Equivalent++
	case strings.HasPrefix(why, skippedDuplicate):
		s.Duplicate++
	}
}

func newRow(name string) Row {
	return Row{
		Name: name, Killed: map[string]int{}, Alone: map[string]int{}, Timeout: map[string]int{}, Broken: map[string]int{},
		Unreached: map[string]int{}, Classes: map[string]int{},
	}
}

// add counts a mutant, whether or not it survived. An excused mutant counts only as excused.
func (r *Row) add(s Survivor, judges []Judge) {
	r.Mutants++
	if len(s.Killers) == 0 {
		r.Classes[string(s.Class)]++
	}
	if len(s.Killers) < len(judges) && s.Class.excuses() {
		r.Excused++
		return
	}
	for _, j := range judges {
		switch a := s.Answers[j.Name]; {
		case a.Unreached:
			r.Unreached[j.Name]++
		case a.Verdict == Timeout:
			r.Timeout[j.Name]++
		case a.Verdict == Broken:
			r.Broken[j.Name]++
		}
	}
	for _, name := range s.Killers {
		r.Killed[name]++
	}
	switch len(s.Killers) {
	case 0:
		return
	case 1:
		r.Alone[s.Killers[0]]++
	case len(judges):
		r.All++
	}
	r.Any++
}

func addTo(rows map[string]Row, name string, s Survivor, judges []Judge) {
	row, ok := rows[name]
	if !ok {
		row = newRow(name)
	}
	row.add(s, judges)
	rows[name] = row
}

func rows(all map[string]Row) []Row {
	return slices.SortedFunc(maps.Values(all), func(a, b Row) int { return cmp.Compare(a.Name, b.Name) })
}

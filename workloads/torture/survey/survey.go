package survey

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// Survey records which calls an engine makes.
type Survey struct {
	rules      []*faultfs.Rule
	runs       int
	recoveries int

	mu    sync.Mutex
	met   []map[string]bool                  // by rule: the workloads under which a call matched it
	calls map[faultfs.OpKind]map[string]bool // by kind of call: patterns of the names in such calls
}

// New returns an empty survey for some rules.
func New(rules []*faultfs.Rule) *Survey {
	s := &Survey{rules: rules, calls: map[faultfs.OpKind]map[string]bool{}}
	for range rules {
		s.met = append(s.met, map[string]bool{})
	}
	return s
}

// watch returns the function to call for each call of the engine under a workload.
func (s *Survey) watch(workload string) func(kind faultfs.OpKind, path, to string) {
	return func(kind faultfs.OpKind, path, to string) {
		s.mu.Lock()
		defer s.mu.Unlock()
		names := s.calls[kind]
		if names == nil {
			names = map[string]bool{}
			s.calls[kind] = names
		}
		names[pattern(path)] = true
		if to != "" {
			names[pattern(to)] = true
		}
		for i, r := range s.rules {
			if about(r, kind, path, to) {
				s.met[i][workload] = true
			}
		}
	}
}

// about reports whether a call has the operation and the name of a rule. For a rule about rot at rest, the calls that
// create files count.
func about(r *faultfs.Rule, kind faultfs.OpKind, path, to string) bool {
	if !r.AtRest() {
		return r.Sees(kind, path, to)
	}
	switch kind {
	case faultfs.OpCreate:
		return r.Names(path)
	case faultfs.OpLink, faultfs.OpRename:
		return r.Names(to)
	case faultfs.OpExchange:
		return r.Names(path) || r.Names(to)
	default:
		return false
	}
}

// Met reports whether a call under a workload matched a rule, given by its index.
func (s *Survey) Met(rule int, workload string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.met[rule][workload]
}

// Lacks reports whether any rule was not met under a workload.
func (s *Survey) Lacks(workload string) bool {
	for i := range s.rules {
		if !s.Met(i, workload) {
			return true
		}
	}
	return false
}

// Refusal returns a message that a rule matches no call at all, with the names that it could have meant. It is empty if the
// rule was met under some workload.
func (s *Survey) Refusal(rule int) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.met[rule]) > 0 {
		return ""
	}
	r := s.rules[rule]
	missing, remedy := s.instead(r)
	return fmt.Sprintf("the rule %q hits nothing: in %d runs with other seeds and limits, and %d recoveries from their crashes, %s; %s",
		r, s.runs, s.recoveries, missing, remedy)
}

// namesMax limits the names listed in a refusal.
const namesMax = 6

// instead says which part of a rule matches nothing, and what to write instead.
func (s *Survey) instead(r *faultfs.Rule) (missing, remedy string) {
	names, others := s.alike(r)
	switch {
	case r.AtRest():
		return "no file named " + r.Glob + " was made", fmt.Sprintf("name one of these (%s), or none", list(names))
	case len(names) == 0:
		return fmt.Sprintf("the store never called %s", r.Op), fmt.Sprintf("name an operation that it calls (%s)", list(s.kinds()))
	}
	missing = fmt.Sprintf("no %s was about a file named %s", r.Op, r.Glob)
	if len(others) > 0 {
		return missing, fmt.Sprintf("name another operation (%s), another file (%s), or none", list(others), list(names))
	}
	return missing, fmt.Sprintf("name one of these (%s), or none", list(names))
}

// alike returns the names in calls of the rule's kind, the ones most similar to the rule's first, and the other kinds of calls
// with the rule's name.
func (s *Survey) alike(r *faultfs.Rule) (names, others []string) {
	of := map[string]bool{}
	for kind, met := range s.calls {
		unnamed := *r
		unnamed.Glob = ""
		if about(&unnamed, kind, "x", "x") {
			maps.Copy(of, met)
			continue
		}
		for name := range met {
			if r.Names(sample(name)) {
				others = append(others, kind.String())
				break
			}
		}
	}
	slices.Sort(others)
	names = slices.Sorted(maps.Keys(of))
	slices.SortStableFunc(names, func(a, b string) int { return distance(a, r.Glob) - distance(b, r.Glob) })
	return names, others
}

// kinds returns the kinds of calls that were seen.
func (s *Survey) kinds() (all []string) {
	for kind := range s.calls {
		all = append(all, kind.String())
	}
	slices.Sort(all)
	return all
}

func list(names []string) string {
	if len(names) > namesMax {
		return strings.Join(names[:namesMax], ", ") + ", ..."
	}
	return strings.Join(names, ", ")
}

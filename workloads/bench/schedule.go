package bench

import (
	"fmt"
	"slices"
)

// group is a set of tasks that share a store, and therefore a process.
type group []task

// groups puts tasks that need the store in the same state together, except for works that must be alone. It keeps the
// order in which works were requested.
func groups(o *Options) []group {
	var all []group
	shared := map[state]int{}
	for _, name := range o.Works {
		w, _ := workNamed(name)
		for _, n := range w.choices(o.Goroutines) {
			at, ok := shared[w.state]
			if w.alone || !ok {
				at = len(all)
				all = append(all, nil)
			}
			if !w.alone {
				shared[w.state] = at
			}
			all[at] = append(all[at], task{name, n})
		}
	}
	return all
}

// choices returns the numbers of goroutines to measure a work with.
func (w work) choices(asked []int) []int {
	if w.fixed || len(asked) == 0 {
		return w.goroutines
	}
	return asked
}

// rotated returns the engines in the order of a round, such that each comes first in some rounds.
func rotated(engines []Engine, round int) []Engine {
	at := round % len(engines)
	return slices.Concat(engines[at:], engines[:at])
}

// without returns the tasks of a group that make sense for an engine.
func (g group) without(e Engine) group {
	return slices.DeleteFunc(slices.Clone(g), func(t task) bool { return e.lacks(t.Work) != "" })
}

// lacks returns the reason why a work is not measured on an engine, or "" if it is.
func (e *Engine) lacks(work string) string {
	if reason := e.Lacks[work]; reason != "" {
		return reason
	}
	if work == "open-close" && e.NewMemory == nil {
		return "it cannot store in memory"
	}
	return ""
}

// notes says what is missing or means something else for the measured engines and works.
func notes(engines []Engine, o *Options) []string {
	var all []string
	for _, e := range engines {
		for _, work := range o.Works {
			if reason := e.lacks(work); reason != "" {
				all = append(all, fmt.Sprintf("%s is not measured with %s: %s", e.Name, work, reason))
			}
		}
		if e.MemoryForgets && slices.Contains(o.Works, "open-close") {
			all = append(all, e.Name+" opens an empty store in open-close, because a store in memory loses its contents when it is closed")
		}
	}
	return all
}

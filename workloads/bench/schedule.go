package bench

import (
	"fmt"
	"slices"
)

// group is the tasks that share a store, and so a process.
type group []task

// groups puts the tasks that find their store in the same state together, unless a work has to be alone. They keep the
// order in which works were asked for.
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

// choices are the numbers of goroutines to measure a work with.
func (w work) choices(asked []int) []int {
	if w.fixed || len(asked) == 0 {
		return w.goroutines
	}
	return asked
}

// rotated is the order of the engines in a round: each is the first one now and then.
func rotated(engines []Engine, round int) []Engine {
	at := round % len(engines)
	return slices.Concat(engines[at:], engines[:at])
}

// without returns the tasks of a group that mean something for an engine.
func (g group) without(e Engine) group {
	return slices.DeleteFunc(slices.Clone(g), func(t task) bool { return e.lacks(t.Work) != "" })
}

// lacks says why an engine is not measured with a work; it is empty if it is.
func (e *Engine) lacks(work string) string {
	if reason := e.Lacks[work]; reason != "" {
		return reason
	}
	if work == "open-close" && e.NewMemory == nil {
		return "it cannot store in memory"
	}
	return ""
}

// notes says, for the engines and works that are measured, what is missing and what means something else.
func notes(engines []Engine, o *Options) []string {
	var all []string
	for _, e := range engines {
		for _, work := range o.Works {
			if reason := e.lacks(work); reason != "" {
				all = append(all, fmt.Sprintf("%s is not measured with %s: %s", e.Name, work, reason))
			}
		}
		if e.MemoryForgets && slices.Contains(o.Works, "open-close") {
			all = append(all, e.Name+" opens an empty store in open-close: closing one in memory loses it")
		}
	}
	return all
}

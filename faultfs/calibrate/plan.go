package calibrate

import (
	"fmt"
	"slices"
	"strings"
)

// Nudge makes the kernel do at once what it may do on its own at any time.
type Nudge string

// The nudges. None of them syncs a file or directory of the program, which would promise it more than it asked for.
const (
	Commit     Nudge = "commit"     // the filesystem commits its metadata, as it does every few seconds, and writes only the data that this requires
	WriteBack  Nudge = "write-back" // the bytes of all files are written, but not their metadata
	Start      Nudge = "start"      // the same, without waiting until they are on the disk
	Everything Nudge = "everything" // metadata and bytes, like sync(2)
)

// Plan says how a filesystem is mounted while a program runs, and what the kernel is nudged to do meanwhile.
type Plan struct {
	Options string          // mount options
	After   map[int][]Nudge // nudges after the n-th call that changes the filesystem, counting from 1
	End     []Nudge         // nudges when the program has ended
}

// String returns the plan in one line, such as "commit after call 2; then everything".
func (p Plan) String() string {
	var parts []string
	calls := make([]int, 0, len(p.After))
	for call := range p.After {
		calls = append(calls, call)
	}
	slices.Sort(calls)
	for _, call := range calls {
		parts = append(parts, fmt.Sprintf("%s after call %d", join(p.After[call]), call))
	}
	parts = append(parts, "at the end "+join(p.End))
	if p.Options != "" {
		parts = append(parts, "mounted with "+p.Options)
	}
	return strings.Join(parts, "; ")
}

func join(nudges []Nudge) string {
	var words []string
	for _, n := range nudges {
		words = append(words, string(n))
	}
	return strings.Join(words, ", ")
}

// plans returns at most limit plans for a program that makes the given number of calls, on a filesystem that can be
// mounted with each of the given options. In some, the kernel does nothing until the program has ended, and then does
// either kind of write first; in the others, it does something at one point within the program.
func plans(calls, limit int, options []string) (all []Plan) {
	ends := [][]Nudge{{Commit, Everything}, {Start, Commit, Everything}, {WriteBack, Commit, Everything}}
	for _, o := range options {
		for _, end := range ends {
			all = append(all, Plan{Options: o, End: end})
		}
	}
	var within []Plan
	for call := 1; call < calls; call++ {
		for _, o := range options {
			for _, now := range [][]Nudge{{Commit}, {Start, Commit}, {WriteBack}, {Everything}} {
				within = append(within, Plan{o, map[int][]Nudge{call: now}, ends[len(within)%len(ends)]})
			}
		}
	}
	return append(all, spread(within, limit-len(all))...)
}

// spread returns at most n of the plans, evenly spaced.
func spread(all []Plan, n int) (some []Plan) {
	if n = min(n, len(all)); n <= 0 {
		return nil
	}
	for i := range n {
		some = append(some, all[i*len(all)/n])
	}
	return some
}

package finding

import (
	"context"
	"slices"

	"github.com/lightningdb/lightning-torture/workloads/cluster"
	"github.com/lightningdb/lightning-torture/workloads/torture/shrink/minimal"
)

// Shrunk says how far a finding was reduced.
type Shrunk struct {
	Before  Size `json:"before"`
	After   Size `json:"after"`
	Runs    int  `json:"runs"`    // that were tried
	Minimal bool `json:"minimal"` // no single event can be left out
}

// Size is the size of a run.
type Size struct {
	Steps      int `json:"steps"`      // that were not skipped
	Faults     int `json:"faults"`     // of nodes, disks, links and operators
	Messages   int `json:"messages"`   // that the network lost, delayed or duplicated, and snapshots that it interrupted
	Operations int `json:"operations"` // of clients
}

func sizeOf(spec *cluster.Spec, events []cluster.Event) Size {
	s := Size{Steps: spec.Steps}
	for _, r := range spec.Skip {
		s.Steps -= r.To - r.From
	}
	for _, e := range events {
		switch {
		case e.Kind == cluster.Op:
			s.Operations++
		case e.Kind.Network():
			s.Messages++
		default:
			s.Faults++
		}
	}
	return s
}

// Limits of the work for one finding, in each of two attempts. They count runs and steps rather than time, so that a finding shrinks
// alike on any machine.
const (
	maxRuns  = 1500
	maxSteps = 1_500_000
)

// shrinker looks for a smaller run with the same violation.
type shrinker struct {
	ctx    context.Context
	spec   cluster.Spec // the smallest run that has it
	runs   int
	steps  int // of all runs
	runsTo int // the runs that the pass at hand may use
}

// spent reports whether no more runs may be tried.
func (s *shrinker) spent() bool {
	return s.ctx.Err() != nil || s.runs >= s.runsTo || s.steps >= maxSteps
}

// try runs a smaller run, and keeps it if it has the violation.
func (s *shrinker) try(spec cluster.Spec) bool {
	if s.spent() {
		return false
	}
	s.runs++
	seen, steps := shows(s.ctx, spec)
	s.steps += steps
	if seen == nil {
		return false
	}
	if seen.Step > 0 && !seen.Class.OfDisk() {
		spec.Steps = min(spec.Steps, seen.Step) // what comes later does not matter
	}
	s.spec = spec
	return true
}

// shows runs a run and returns the wanted violation, or nil if it is not there.
func shows(ctx context.Context, spec cluster.Spec) (seen *cluster.Violation, steps int) {
	out, err := cluster.Run(ctx, spec)
	if err != nil {
		return nil, 0
	}
	all := out.Violations
	if spec.Wanted.OfHistory() {
		all, _ = out.Judge(ctx)
	}
	i := slices.IndexFunc(all, func(v cluster.Violation) bool { return v.Class == spec.Wanted })
	if i < 0 || ctx.Err() != nil {
		return nil, out.Figures.Steps
	}
	return &all[i], out.Figures.Steps
}

// few: if at most this many events are left, no other order is tried.
const few = 8

// reduce leaves out what the violation does not need. The result depends on the order in which events are left out,
// because the nodes act differently without each of them. So if many events remain, another order is tried from the
// start.
func (s *shrinker) reduce() (minimal bool) {
	s.fewestSteps()
	begin := s.spec
	minimal = s.inOrder(s.events, s.skips)
	if len(s.spec.Events) <= few {
		return minimal
	}
	other := &shrinker{ctx: s.ctx, spec: begin}
	if also := other.inOrder(other.skips, other.events); len(other.spec.Events) < len(s.spec.Events) {
		s.spec, minimal = other.spec, also
	}
	s.runs += other.runs
	return minimal
}

// inOrder makes two passes, and then one more over everything together.
func (s *shrinker) inOrder(first, second func()) (minimal bool) {
	first()
	s.fewestSteps()
	second()
	s.fewestSteps()
	s.runsTo = maxRuns
	all := func(cluster.Event) bool { return true }
	s.kills()
	s.fewest(all)
	s.skips()
	s.runsTo = maxRuns
	s.fewest(all)
	minimal = !s.spent()
	s.spec = s.until(s.spec.Steps)
	return minimal
}

// events leaves out messages and operations first, because they are the most numerous, and then faults.
func (s *shrinker) events() {
	network := func(e cluster.Event) bool { return e.Kind.Network() }
	operation := func(e cluster.Event) bool { return e.Kind == cluster.Op }
	fault := func(e cluster.Event) bool { return !network(e) && !operation(e) }
	for _, pass := range []func(cluster.Event) bool{network, operation, fault} {
		s.allow(maxRuns / 8)
		s.fewest(pass)
	}
}

// allow limits the runs of the next pass.
func (s *shrinker) allow(runs int) { s.runsTo = min(s.runs+runs, maxRuns) }

// fewest leaves out events of some kinds. The events are sorted by kind and client, so a whole client or kind is tried
// first.
func (s *shrinker) fewest(some func(cluster.Event) bool) {
	var rest, these []cluster.Event
	for _, e := range s.spec.Events {
		if some(e) {
			these = append(these, e)
		} else {
			rest = append(rest, e)
		}
	}
	slices.SortStableFunc(these, func(a, b cluster.Event) int {
		if a.Kind != b.Kind {
			return int(a.Kind) - int(b.Kind)
		}
		if a.Kind == cluster.Op && a.Node != b.Node {
			return int(a.Node) - int(b.Node)
		}
		return a.Compare(b)
	})
	minimal.Part(these, func(part []cluster.Event) bool {
		return s.try(s.with(slices.Concat(rest, part)))
	})
}

// with returns the smallest run so far with other events.
func (s *shrinker) with(events []cluster.Event) cluster.Spec {
	spec := s.spec
	spec.Events = slices.SortedFunc(slices.Values(events), cluster.Event.Compare)
	if spec.Events == nil {
		spec.Events = []cluster.Event{} // nil would let the seed draw them
	}
	return spec
}

// fewestSteps looks for the last step that is needed. Events after it go as well.
func (s *shrinker) fewestSteps() {
	s.allow(maxRuns / 8)
	for low, high := 0, s.spec.Steps; high-low > 1; {
		mid := (low + high) / 2
		if s.try(s.until(mid)) {
			high = s.spec.Steps
		} else {
			low = mid
		}
	}
	s.spec = s.until(s.spec.Steps)
}

// chunkSteps is the number of steps that are skipped at a time in a short run.
const chunkSteps = 4

// skips leaves out steps in which nothing needed happens.
func (s *shrinker) skips() {
	s.allow(maxRuns / 4)
	var chunks []cluster.Range
	size := max(chunkSteps, s.spec.Steps/500)
	for from := 1; from <= s.spec.Steps; from += size {
		chunks = append(chunks, cluster.Range{From: from, To: min(from+size, s.spec.Steps+1)})
	}
	minimal.Part(chunks, func(kept []cluster.Range) bool {
		spec := s.with(slices.DeleteFunc(slices.Clone(s.spec.Events), func(e cluster.Event) bool {
			return e.Step > 0 && !slices.ContainsFunc(kept, func(r cluster.Range) bool { return r.From <= e.Step && e.Step < r.To })
		}))
		spec.Skip = others(kept, spec.Steps)
		return s.try(spec)
	})
}

// others returns the steps that some ranges leave out.
func others(kept []cluster.Range, steps int) (skip []cluster.Range) {
	next := 1
	for _, r := range kept {
		if r.From > next {
			skip = append(skip, cluster.Range{From: next, To: r.From})
		}
		next = r.To
	}
	if next <= steps {
		skip = append(skip, cluster.Range{From: next, To: steps + 1})
	}
	return skip
}

// until returns the smallest run so far without the steps and events after a step.
func (s *shrinker) until(step int) cluster.Spec {
	spec := s.with(slices.DeleteFunc(slices.Clone(s.spec.Events), func(e cluster.Event) bool { return e.Step > step }))
	spec.Steps = step
	spec.Skip = nil
	for _, r := range s.spec.Skip {
		if r.From <= step {
			spec.Skip = append(spec.Skip, cluster.Range{From: r.From, To: min(r.To, step+1)})
		}
	}
	return spec
}

// kills replaces power cuts by kills, which lose nothing, where that is enough.
func (s *shrinker) kills() {
	for i := range s.spec.Events {
		if e := s.spec.Events[i]; e.Kind == cluster.PowerCut {
			events := slices.Clone(s.spec.Events)
			events[i].Kind = cluster.Kill
			s.try(s.with(events))
		}
	}
}

package finding

import (
	"context"
	"slices"

	"github.com/lightningdb/lightning-torture/workloads/cluster"
	"github.com/lightningdb/lightning-torture/workloads/torture/explain"
)

// Finding is a violation with the smallest run that shows it, and the events that the violation depends on.
type Finding struct {
	Seed      uint64            `json:"seed"`
	Violation cluster.Violation `json:"violation"`       // as the smallest run shows it
	First     string            `json:"first,omitempty"` // as the run of the seed showed it, if that reads differently
	Also      []string          `json:"also,omitempty"`  // what else the run of the seed violated
	Shrunk    *Shrunk           `json:"shrunk,omitempty"`
	Needs     []Need            `json:"needs,omitempty"`
	Word      string            `json:"word,omitempty"` // the word that a node breaks in the smallest run, if that is another violation
	// Order is the order that was missing on a node's disk, if it breaks its word.
	Order    *explain.Explanation `json:"order,omitempty"`
	Timeline []Line               `json:"timeline,omitempty"` // of the smallest run
	Omitted  int                  `json:"omitted,omitempty"`  // the number of lines left out of the timeline
	Token    string               `json:"token,omitempty"`
}

// Need is an event of the smallest run, and what the run violates without it.
type Need struct {
	cluster.Event
	Text    string `json:"text"`
	At      int    `json:"at"`                // the step at which it happens
	Needed  bool   `json:"needed"`            // the violation is gone without it
	Loss    bool   `json:"loss,omitempty"`    // it is a power cut, and the violation is gone as well if the disk keeps everything
	Without string `json:"without,omitempty"` // what the run violates then, if anything
}

// Line is a line of a timeline.
type Line struct {
	cluster.Happening
	Needed bool `json:"needed,omitempty"` // it is an event without which the violation is gone
}

// Of shrinks and explains a violation of a run, see Plain. all are the violations and events are all events of that run. When ctx
// is done, Of returns what it has.
func Of(ctx context.Context, spec cluster.Spec, all []cluster.Violation, events []cluster.Event) *Finding {
	f := Plain(spec, all)
	wanted := f.Violation
	s := &shrinker{ctx: ctx, spec: spec, runsTo: maxRuns}
	s.spec.Words = 0
	s.spec.Wanted = wanted.Class
	s.spec = s.with(events)
	last := spec.Steps
	if wanted.Step > 0 {
		last = min(last, wanted.Step)
	}
	if !s.try(s.until(last)) {
		return f
	}
	f.Shrunk = &Shrunk{Before: sizeOf(&spec, events)}
	f.Shrunk.Minimal = s.reduce()
	f.Shrunk.Runs, f.Shrunk.After = s.runs, sizeOf(&s.spec, s.spec.Events)
	if token := Token(&s.spec); len(token) <= MaxTokenBytes {
		f.Token = token
	}
	f.explain(ctx, &s.spec)
	if wanted.Sentence != f.Violation.Sentence {
		f.First = wanted.String()
	}
	return f
}

// Plain returns the finding as the run of a seed showed it: the first violation or, because it says most about the cause, the first that
// is about the disk of one node.
func Plain(spec cluster.Spec, all []cluster.Violation) *Finding {
	f := &Finding{Seed: spec.Seed}
	first := max(0, slices.IndexFunc(all, func(v cluster.Violation) bool { return v.Class.OfDisk() }))
	for i, v := range all {
		if i == first {
			f.Violation = v
		} else {
			f.Also = append(f.Also, v.String())
		}
	}
	return f
}

// Replay runs the run of a token once and explains what it shows. It returns nil if the violation does not show.
func Replay(ctx context.Context, spec cluster.Spec) *Finding {
	if seen, _ := shows(ctx, spec); seen == nil {
		return nil
	}
	f := &Finding{Seed: spec.Seed, Token: Token(&spec)}
	f.explain(ctx, &spec)
	return f
}

// explain makes experiments with the smallest run.
func (f *Finding) explain(ctx context.Context, spec *cluster.Spec) {
	broken := f.watch(ctx, spec)
	f.needs(ctx, spec)
	if broken == nil && !spec.Wanted.OfDisk() {
		broken = f.brokenWord(ctx, spec)
	}
	if broken != nil {
		f.Order = missingOrder(ctx, broken)
	}
}

// needsMax limits the events of a run that are left out one at a time. A run with more has not been shrunk completely.
const needsMax = 200

// needs leaves out one event at a time.
func (f *Finding) needs(ctx context.Context, spec *cluster.Spec) {
	if len(spec.Events) > needsMax {
		return
	}
	for i, e := range spec.Events {
		if ctx.Err() != nil {
			return
		}
		need := Need{Event: e, Text: e.String(), At: e.Step}
		line := slices.IndexFunc(f.Timeline, func(l Line) bool { return l.Event != nil && *l.Event == e })
		if line >= 0 {
			need.At, need.Text = f.Timeline[line].Step, f.Timeline[line].Text
		}
		without := *spec
		without.Events = slices.Delete(slices.Clone(spec.Events), i, i+1)
		if need.Needed, need.Without = gone(ctx, &without); line >= 0 {
			f.Timeline[line].Needed = need.Needed
		}
		if e.Kind == cluster.PowerCut && need.Needed {
			without.Events = slices.Clone(spec.Events)
			without.Events[i].Kind = cluster.Kill
			need.Loss, _ = gone(ctx, &without)
		}
		f.Needs = append(f.Needs, need)
	}
	slices.SortStableFunc(f.Needs, func(a, b Need) int { return a.At - b.At })
}

// gone reports whether a run does not show the violation, and what else it violates.
func gone(ctx context.Context, spec *cluster.Spec) (is bool, other string) {
	out, err := cluster.Run(ctx, *spec)
	if err != nil {
		return false, ""
	}
	all, _ := out.Judge(ctx)
	if slices.ContainsFunc(all, func(v cluster.Violation) bool { return v.Class == spec.Wanted }) {
		return false, ""
	}
	if len(all) > 0 {
		other = all[0].String()
	}
	return true, other
}

// watch runs the smallest run once more and writes down what happens.
func (f *Finding) watch(ctx context.Context, spec *cluster.Spec) *cluster.Broken {
	watched := *spec
	watched.Watch = &cluster.Watcher{Sites: sites, Show: f.note}
	out, err := cluster.Run(ctx, watched)
	if err != nil {
		return nil
	}
	all, _ := out.Judge(ctx)
	if i := slices.IndexFunc(all, func(v cluster.Violation) bool { return v.Class == spec.Wanted }); i >= 0 {
		f.Violation = all[i]
	}
	f.forget(linesMax)
	return out.Broken
}

// The limits of a timeline: the last lines stay, and of earlier ones those that are events, up to a number of lines in all.
const (
	linesMax    = 60
	timelineMax = 400
)

// note adds a line to the timeline.
func (f *Finding) note(h cluster.Happening) {
	f.Timeline = append(f.Timeline, Line{Happening: h})
	if len(f.Timeline) > 2*timelineMax {
		f.forget(linesMax)
	}
}

// forget drops lines that are not events, except for the last ones.
func (f *Finding) forget(last int) {
	before := len(f.Timeline)
	f.Timeline = slices.Concat(slices.DeleteFunc(f.Timeline[:max(0, before-last)], func(l Line) bool { return l.Event == nil }), f.Timeline[max(0, before-last):])
	f.Timeline = f.Timeline[max(0, len(f.Timeline)-timelineMax):]
	f.Omitted += before - len(f.Timeline)
}

// wordImages is roughly how many disks of each node are searched for a broken word behind another violation.
const wordImages = 2000

// brokenWord looks for a node that breaks its word in the smallest run, which is often the cause of the other violation.
func (f *Finding) brokenWord(ctx context.Context, spec *cluster.Spec) *cluster.Broken {
	searched := *spec
	searched.Words, searched.Wanted = wordImages, ""
	out, err := cluster.Run(ctx, searched)
	if err != nil {
		return nil
	}
	for _, v := range out.Violations {
		if !v.Class.OfDisk() || v.Step > spec.Steps {
			continue
		}
		alone := *spec
		alone.Steps, alone.Wanted = v.Step, v.Class
		alone.Watch = &cluster.Watcher{Sites: sites, Show: func(cluster.Happening) {}} // so that disks record who calls
		if out, err := cluster.Run(ctx, alone); err == nil && out.Broken != nil {
			f.Word = out.Broken.Sentence
			return out.Broken
		}
	}
	return nil
}

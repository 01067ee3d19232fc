package explain

import (
	"cmp"
	"context"
	"fmt"
	"path"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
	"github.com/lightningdb/lightning-torture/workloads/torture/judge"
	"github.com/lightningdb/lightning-torture/workloads/torture/remains"
	"github.com/lightningdb/lightning-torture/workloads/torture/stack"
)

// maxSteps limits Explanation.Steps.
const maxSteps = 5

// checkCalls limits the calls of a standing check that are shown.
const checkCalls = 5

// steps returns the sites of operations, oldest first. Of the operations made by the same calls, it keeps only the
// last. If there are too many, it prefers operations that remove or name something to those that add bytes, and those
// to syncs.
func (s *sources) steps(ops []*faultfs.Op) (all []Site) {
	seen := map[string]bool{}
	for _, op := range slices.Backward(ops) {
		site := s.site(op)
		calls := site.Op + strings.Join(site.Stack, "\n")
		if site.Source != "" && !seen[calls] { // the others are made by the lab
			seen[calls] = true
			all = append(all, site)
		}
	}
	slices.SortStableFunc(all, func(a, b Site) int { return weight(b.Op) - weight(a.Op) })
	all = all[:min(len(all), maxSteps)]
	slices.SortFunc(all, func(a, b Site) int { return cmp.Compare(a.Tick, b.Tick) })
	return all
}

func weight(op string) int {
	switch op {
	case faultfs.OpRemove.String(), faultfs.OpRename.String(), faultfs.OpExchange.String(), faultfs.OpTruncate.String():
		return 2
	case faultfs.OpSync.String():
		return 0
	}
	return 1
}

// listed puts steps into words: "the create of a (`x.go:1`), the write of a (`x.go:2`) and the rename of a -> b (`x.go:3`)".
func listed(steps []Site) string {
	var texts []string
	for i := range steps {
		if text := steps[i].text(); !slices.Contains(texts, text) { // the calls behind them may differ
			texts = append(texts, text)
		}
	}
	return list(texts)
}

// ledTo is about an operation after which a crash fails although nothing is lost. It returns an earlier step of the
// function that went on to this operation, and the name of the function. The step is the operation whose callers have
// the most in common with those of op, out of everything done since the same code last made such an operation. It
// returns nil if there is none.
func (x *explainer) ledTo(op *faultfs.Op, sources *sources) (step *Site, by string) {
	trace, fatal, deepest := x.life.Trace(), sources.site(op), 0
	for i := len(trace) - 1; i >= 0; i-- {
		earlier := &trace[i]
		if earlier.Tick >= op.Tick || !earlier.Changes() || earlier.Kind == faultfs.OpSync {
			continue
		}
		site := sources.site(earlier)
		if site.kind() == fatal.kind() {
			break
		}
		if function, depth := wentOn(sources.framesOf(earlier), sources.framesOf(op)); depth > deepest {
			deepest, step, by = depth, &site, function
		}
	}
	return step, by
}

// wentOn returns the function from which one operation was reached through a call and a later operation through another
// call further down in its source, and how many calls lead to that function. The number is 0 if there is no such
// function.
func wentOn(earlier, later []runtime.Frame) (function string, depth int) {
	for depth < min(len(earlier), len(later)) {
		a, b := earlier[len(earlier)-1-depth], later[len(later)-1-depth]
		if depth++; a.Function == b.Function && a.Line == b.Line {
			continue
		}
		if a.Function == b.Function && a.Line < b.Line {
			return stack.ShortName(a.Function), depth
		}
		break
	}
	return "", 0
}

// withoutOrder explains a failure for which no order is missing, by what made the files, the copy or the answer that is wrong. It
// returns nil if the failure names none.
func (x *explainer) withoutOrder(s *explore.Subject, f *explore.Failure) *Explanation {
	if f.Tick != 0 {
		return nil
	}
	trace := s.Recording.Stayed
	if len(trace) == 0 {
		trace = s.Recording.Trace
	}
	if remains.Grows(&f.Violation) {
		return x.grownSpace(f, trace)
	}
	for i := range s.Recording.History {
		if op := &s.Recording.History[i]; slices.Contains(f.Ops, op.ID) {
			if e := x.copyOf(op, s.Recording.Trace); e != nil {
				return e
			}
		}
	}
	return cmp.Or(x.filesIn(f.Sentence, trace), x.meanwhile(f), stopped(f))
}

// meanwhile says which files the store created and removed between the operations of a history that contradict each other. It
// returns nil if the failure is not about a history.
func (x *explainer) meanwhile(f *explore.Failure) *Explanation {
	first, last := (*history.Op)(nil), (*history.Op)(nil)
	ops := x.life.History()
	for i := range ops {
		op := &ops[i]
		if !slices.Contains(f.Ops, op.ID) || op.Return == history.Never {
			continue
		}
		if op.Wrote() && (first == nil || op.Return < first.Return) {
			first = op
		}
		if last == nil || op.Shown() > last.Shown() {
			last = op
		}
	}
	if first == nil || first == last || !judge.SeenInHistory(f.Class) {
		return nil
	}
	var made []*faultfs.Op
	trace := x.life.Trace()
	for i := range trace {
		op := &trace[i]
		if op.Tick > uint64(first.Return) && op.Tick <= uint64(last.Shown()) && len(op.Edits) > 0 {
			made = append(made, op)
		}
	}
	e := &Explanation{Steps: x.sources(trace).steps(made)}
	e.Sentence = fmt.Sprintf("between #%d, which was acknowledged at tick %d, and the end of #%d, ", first.ID, first.Return, last.ID)
	if len(e.Steps) == 0 {
		e.Sentence += "no file was created, renamed or removed"
	} else {
		e.Sentence += "the store made " + listed(e.Steps)
	}
	return e
}

// copyOf says what a finished copy of the store was made by.
func (x *explainer) copyOf(op *history.Op, trace []faultfs.Op) *Explanation {
	if op.Kind != history.Checkpoint && op.Kind != history.Backup || op.Outcome != history.Acked {
		return nil
	}
	var made []*faultfs.Op
	for i := range trace {
		t := &trace[i]
		bears := t.Kind == faultfs.OpWrite || t.Kind == faultfs.OpLink || t.Kind == faultfs.OpRename
		if bears && t.Tick > uint64(op.Call) && t.Tick <= uint64(op.Return) && (within(t.Path, op.Dir) || within(t.To, op.Dir)) {
			made = append(made, t)
		}
	}
	e := &Explanation{Steps: x.sources(trace).steps(made)}
	if len(e.Steps) == 0 {
		return nil
	}
	e.Sentence = fmt.Sprintf("%s #%d made the copy with %s", op.Kind, op.ID, listed(e.Steps))
	return e
}

func within(name, dir string) bool { return strings.HasPrefix(name, dir+"/") }

// fileName matches what may be the name of a file, with or without its directory.
var fileName = regexp.MustCompile(`[\w./+-]*\w`)

// filesIn says what was done to the first file that a sentence names.
func (x *explainer) filesIn(sentence string, trace []faultfs.Op) *Explanation {
	for _, word := range fileName.FindAllString(sentence, -1) {
		if !strings.ContainsAny(word, "./-0123456789") {
			continue // it may be any word
		}
		names := func(name string) bool { return name == word || path.Base(name) == word }
		var made []*faultfs.Op
		for i := range trace {
			op := &trace[i]
			if op.Changes() && op.Kind != faultfs.OpSync && !op.Dir && (names(op.Path) || op.To != "" && names(op.To)) {
				made = append(made, op)
			}
		}
		if e := (&Explanation{Steps: x.sources(trace).steps(made)}); len(e.Steps) > 0 {
			e.Sentence = fmt.Sprintf("the error names %s, and what was done to it is %s", word, listed(e.Steps))
			return e
		}
	}
	return nil
}

// wrongCall explains a call of a standing check that ended wrongly. It names the operation that was made to fail, the
// reads of the damaged file, and what the call did to the disk.
func (x *explainer) wrongCall(w *explore.WrongCall) *Explanation {
	sources := newSources(x.packages, w.Trace)
	e := &Explanation{Sentence: "it fails during " + w.What}
	var failed, changes []*faultfs.Op
	for i := range w.Trace {
		switch op := &w.Trace[i]; {
		case op.Tick <= w.Began:
		case op.Fault != faultfs.NoEffect:
			failed = append(failed, op)
		case op.Changes():
			changes = append(changes, op)
		}
	}
	switch faults := sources.steps(failed); {
	case len(faults) > 0:
		e.Steps = faults
		e.Sentence += fmt.Sprintf(", in which %s failed (%s)", listed(faults), failed[len(failed)-1].Fault)
	case w.File != "":
		e.readBy(sources, w.Uses)
	}
	if steps := sources.steps(changes); len(steps) > 0 {
		e.Steps = append(e.Steps, steps...)
		e.Sentence += "; it changed the disk with " + listed(steps)
	} else {
		e.Sentence += "; it changed nothing on the disk"
	}
	return e
}

// readBy adds which code read the damaged file, or, if none did, what was done with it instead.
func (e *Explanation) readBy(sources *sources, uses []faultfs.Op) {
	var reads, others []*faultfs.Op
	for i := range uses {
		switch op := &uses[i]; op.Kind {
		case faultfs.OpRead:
			reads = append(reads, op)
		case faultfs.OpClose, faultfs.OpSync:
		default:
			others = append(others, op)
		}
	}
	if e.Steps = sources.steps(reads); len(e.Steps) > 0 {
		e.Sentence += ", where the damaged file was read by " + listed(e.Steps)
		return
	}
	e.Sentence += ", which did not read the damaged file"
	if e.Steps = sources.steps(others); len(e.Steps) > 0 {
		e.Sentence += " after " + listed(e.Steps)
	}
}

// judged says where a standing check found what is wrong, if the error records that.
func (x *explainer) judged(failed error) *Explanation {
	if e := waits(stack.OfEngine(explore.StacksOfCheck(failed))); e != nil {
		return e
	}
	pcs, site := explore.CallsOfCheck(failed), Site{Op: "check"}
	frames := runtime.CallersFrames(pcs)
	for more := len(pcs) > 0; more && len(site.Stack) < checkCalls; {
		var f runtime.Frame
		f, more = frames.Next()
		if strings.Contains(f.Function, "/workloads/torture/audit.") {
			break // the lab has called the check
		}
		if site.Source == "" {
			site.Path, site.Source, site.Function = stack.ShortName(f.Function), stack.Place(f), stack.ShortName(f.Function)
		}
		site.Stack = append(site.Stack, stack.Place(f)+" "+stack.ShortName(f.Function))
	}
	if site.Source == "" {
		return nil
	}
	return &Explanation{Steps: []Site{site}, Sentence: "it is found by " + site.text()}
}

// rotten explains a failure with damage by the code that read the damaged file.
func rotten(ctx context.Context, s *explore.Subject, f *explore.Failure) *Explanation {
	uses := explore.DamagedUses(ctx, s, f)
	if ctx.Err() != nil {
		return nil
	}
	e := &Explanation{Sentence: "it fails during a recovery"}
	if f.Judge == explore.AuditJudge {
		e.Sentence = "it fails during an audit of the recovered store"
	}
	e.readBy(newSources(s.Target.Packages, uses), uses)
	return e
}

// stopped explains a hang or a panic by the engine's calls on the stack of the goroutine that waits or has panicked. It returns
// nil if there are none, and for all other failures.
func stopped(f *explore.Failure) *Explanation {
	calls := stack.OfEngine(f.Evidence)
	switch f.Class {
	case "hang":
		return waits(calls)
	case "panic":
		if site := innermost(calls); site != nil {
			return &Explanation{By: site, Sentence: "the engine panicked in " + site.text()}
		}
	}
	return nil
}

// waits explains a call that does not return by the engine's calls on its stack. It returns nil if there are none.
func waits(calls []stack.Call) *Explanation {
	site := innermost(calls)
	if site == nil {
		return nil
	}
	return &Explanation{By: site, Sentence: "the engine waits in " + site.text()}
}

// innermost returns the first of the calls of a stack, with the others behind it; nil if there are none.
func innermost(calls []stack.Call) *Site {
	if len(calls) == 0 {
		return nil
	}
	site := Site{Op: "call", Path: stack.ShortName(calls[0].Function), Source: calls[0].Place, Function: stack.ShortName(calls[0].Function)}
	for _, c := range calls {
		site.Stack = append(site.Stack, c.Place+" "+stack.ShortName(c.Function))
		if site.From == "" && path.Dir(c.Place) != path.Dir(site.Source) {
			site.From = c.Place
		}
	}
	return &site
}

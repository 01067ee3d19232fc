package program

import (
	"context"
	"strings"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/torture/explain"
)

// Explain turns a failure into a finding: it confirms, shrinks and explains it.
func (w *worker) Explain(ctx context.Context, f *failure) (Finding, error) {
	w.reading = ctx
	l := newLife(w, f)
	out := l.finding()
	if err := l.confirm(&out); err != nil {
		return out, err
	}
	if out.Shown == out.ShownOf {
		if shrunk := l.shrink(); shrunk != nil {
			out = l.finding()
			out.Shrunk = shrunk
			if err := l.confirm(&out); err != nil {
				return out, err
			}
		}
	}
	if out.Shown == out.ShownOf {
		out.Explanation = l.explained()
	}
	if out.Shown == out.ShownOf && f.Place.nested == nil {
		out.Profiles = l.profiles()
		out.ProfilesSentence = explain.ProfilesSentence(out.Profiles)
	}
	out.ID = out.fingerprint(f.Answer)
	return out, nil
}

// finding describes the failure.
func (l *life) finding() Finding {
	f := l.failure
	out := Finding{
		Sentence: f.Answer.Text, Hangs: f.Answer.Verdict == Hangs, Profile: l.w.Model.Profile.Name, Device: l.w.Model.Device.String(),
		Tick: f.Place.tick, Lost: f.Place.lost, Count: f.Count, Output: f.Answer.Output,
	}
	acked := l.w.rec.Acked(f.Place.tick)
	if out.Acked = len(acked); len(acked) > 0 {
		out.LastAck = acked[len(acked)-1].Text
	}
	img := l.image()
	if f.Place.nested != nil {
		out.Nested = l.nestedOf()
		img = f.Place.nested.first
	}
	out.Calls = callsOf(l.w.rec.Trace, l.w.rec.Stacks, acked, f.Place.tick, img)
	return out
}

// confirm recovers the image of a finding again several times and counts how often it fails alike.
func (l *life) confirm(out *Finding) error {
	return out.Confirm(func() (Answer, error) {
		img, err := out.Image(l.w.rec)
		if err != nil {
			return Answer{}, err
		}
		return l.w.recoverer.Recover(l.w.ctx, img, l.w.rec.Acked(out.Tick))
	})
}

// fingerprint identifies the cause: the missing ordering if one was found, otherwise what the checker said.
func (f *Finding) fingerprint(a Answer) string {
	parts := []string{a.Kind()}
	if e := f.Explanation; e != nil && e.Missing != nil {
		parts = []string{e.Missing.Op, varying.ReplaceAllString(e.Missing.Path, "#")}
		if e.By != nil {
			parts = append(parts, e.By.Op, varying.ReplaceAllString(e.By.Path, "#"))
		}
	}
	return a.ID(parts...)
}

// callsOf renders the operations and acknowledgements before a cut, with the fate of each operation in an image.
func callsOf(trace []faultfs.Op, stacks *Stacks, acked []Ack, tick uint64, img *faultfs.FS) []Call {
	_, _ = ContentOf(img) // decides everything
	fates := img.Fates()
	var calls []Call
	for i := range trace {
		op := &trace[i]
		if op.Tick > tick {
			break
		}
		site := stacks.site(trace, op.Tick)
		c := Call{Tick: op.Tick, Text: describe(op), Source: site.Source, Stack: site.Stack}
		if site.From != "" {
			c.Source += " from " + site.From
		}
		switch fate, pending := fates[op.Tick]; {
		case op.Kind == faultfs.OpSync || !op.Changes():
		case pending:
			c.Fate = fate
		default:
			c.Fate = "durable"
		}
		calls = append(calls, c)
	}
	return LastCalls(calls, acked)
}

// describe renders an operation without its tick.
func describe(op *faultfs.Op) string {
	named := *op
	if named.Path == "" {
		named.Path = Dir
	}
	_, text, _ := strings.Cut(named.String(), " ")
	if op.Kind == faultfs.OpSync && op.Dir {
		text += ", a directory"
	}
	return text
}

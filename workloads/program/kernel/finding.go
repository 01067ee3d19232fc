package kernel

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lightningdb/lightning-torture/faultfs/blockdev/blocklog"
	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/torture/explain"
	"github.com/lightningdb/lightning-torture/workloads/torture/shrink/minimal"
)

// Limits of a finding. They decide how small it becomes, never whether it is one.
const (
	maxShrinkTries = 80
	shrinkPatience = 20 * time.Second
	listShown      = 8
)

// Explain shrinks, describes and confirms a failure.
func (w *searcher) Explain(ctx context.Context, f *failure) (program.Finding, error) {
	var shrunk *program.Shrunk
	if f.Place.second == nil {
		shrunk = w.shrink(ctx, f)
	}
	finding := w.finding(f)
	finding.Explanation = w.explanation(f, finding.Blocks.Lost)
	finding.Shrunk = shrunk
	acked := w.rec.acked(w.epochs[f.Place.epoch])
	err := finding.Confirm(func() (program.Answer, error) {
		return again(w.Context(), w.images, f.Place.state, finding.Blocks.Second, acked)
	})
	return finding, err
}

// Other returns nil. Explanations here name no missing operation, so failures with another cause cannot be told apart.
func (w *searcher) Other(context.Context, *failure, []program.Finding) *failure { return nil }

// shrink leaves out losses that the failure does not need. It returns what changed, or nil if nothing did.
func (w *searcher) shrink(ctx context.Context, f *failure) *program.Shrunk {
	ctx, stop := context.WithTimeout(ctx, shrinkPatience)
	defer stop()
	at := &f.Place
	e := w.epochs[at.epoch]
	acked, units := w.rec.acked(e), w.rec.Blocks.log().Units(e, blocklog.AtPages)
	tick := w.rec.tick(e.To)
	shrunk := &program.Shrunk{FromLost: len(at.lost), FromTick: tick, Tick: tick}
	best := f.Answer
	lost := minimal.Part(at.lost, func(lost []blocklog.Piece) bool {
		if shrunk.Tries >= maxShrinkTries || ctx.Err() != nil {
			return false
		}
		shrunk.Tries++
		a, _, err := w.ask(ctx, blocklog.State{Sure: e.From, Kept: without(units, lost)}, acked)
		if err != nil || a.Kind() != f.Answer.Kind() {
			return false
		}
		best = a
		return true
	})
	shrunk.Lost = len(lost)
	shrunk.Least = shrunk.Tries < maxShrinkTries && ctx.Err() == nil
	if !shrunk.Concludes() {
		return nil
	}
	at.lost, at.state.Kept = lost, without(units, lost)
	f.Answer = best
	return shrunk
}

// finding describes a failure.
func (s *search) finding(f *failure) program.Finding {
	at := &f.Place
	e := s.epochs[at.epoch]
	b := &s.rec.Blocks
	log, acked := b.log(), s.rec.acked(e)
	cut := &program.BlockCut{
		Filesystem: b.mounted(), Flush: flushes(log, e.From), Pending: len(log.Units(e, blocklog.AtPages)), Lost: []string{},
		State: blocklog.State{Sure: e.From, Kept: append([]blocklog.Piece{}, at.state.Kept...)}, Until: e.To,
	}
	cut.Second = at.secondOf()
	for _, p := range at.lost {
		cut.Lost = append(cut.Lost, b.describe(p))
	}
	out := program.Finding{
		ID: f.Answer.ID(b.Filesystem, f.Answer.Kind()), Sentence: f.Answer.Text, Hangs: f.Answer.Verdict == program.Hangs, Profile: b.mounted(),
		Tick: s.rec.tick(e.To), Acked: len(acked), Count: f.Count, Output: f.Answer.Output, Lost: []uint64{},
		Calls: s.calls(e, at.lost), Blocks: cut,
	}
	if len(acked) > 0 {
		out.LastAck = acked[len(acked)-1].Text
	}
	return out
}

// explanation says what is known about the cause: what the disk lost, and how the store on it differs from what the program saw
// when it acknowledged last. Which call of the program is missing is not known.
func (w *searcher) explanation(f *failure, lost []string) *explain.Explanation {
	e := &explain.Explanation{Lost: len(lost)}
	if second := f.Place.secondOf(); second != nil {
		e.Sentence = sentenceOf(second)
		return e
	}
	if len(lost) > 0 {
		e.Sentence = "it fails if the disk loses what it had accepted but not flushed: " + some(lost)
	}
	acked := w.rec.acked(w.epochs[f.Place.epoch])
	seen := w.rec.Blocks.snapshotAt(len(acked))
	disk, err := w.files(f.Place.state)
	if seen == nil || err != nil {
		if len(lost) == 0 {
			e.Sentence = "no write to the disk was lost: what is missing was still in the kernel's memory, and no sync had covered it, " +
				"or the program does not recover from being killed here"
		}
		return e
	}
	last := fmt.Sprintf("when %q was acknowledged", acked[len(acked)-1].Text)
	differences := seen.differences(disk)
	switch {
	case len(lost) > 0 && len(differences) > 0:
		e.Sentence += fmt.Sprintf("; compared with the store %s, %s", last, some(differences))
	case len(lost) > 0:
	case len(differences) > 0:
		e.Sentence = fmt.Sprintf("compared with the store %s, %s; no write to the disk was lost: this was still in the kernel's memory, "+
			"and no sync had covered it", last, some(differences))
	default:
		e.Sentence = fmt.Sprintf("the store is as it was %s, and nothing was lost: the program does not recover from being killed there", last)
	}
	return e
}

// files returns what is in the store on a disk before the program recovers it.
func (w *searcher) files(state blocklog.State) (map[string]File, error) {
	disk, _, err := w.images.cut(state)
	if err != nil {
		return nil, err
	}
	files, err := w.images.look(disk)
	return files, errors.Join(err, w.images.discard(disk))
}

// some returns the first of a list, in words.
func some(all []string) string {
	text := strings.Join(all[:min(len(all), listShown)], ", ")
	if more := len(all) - listShown; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// calls returns the last requests and acknowledgements before a cut, with the fate of each request.
func (s *search) calls(e blocklog.Epoch, lost []blocklog.Piece) (calls []program.Call) {
	b := &s.rec.Blocks
	for i := range e.To {
		op := b.log()[i]
		c := program.Call{Tick: s.rec.tick(i), Text: "flush"}
		if op.Kind != blocklog.Flush {
			c.Text, c.Fate = b.describe(blocklog.Piece{Op: i, To: op.Len}), fate(i, e, lost, op.Len)
		}
		calls = append(calls, c)
	}
	return program.LastCalls(calls, s.rec.acked(e))
}

// fate says what became of a request of the given length.
func fate(request int, e blocklog.Epoch, lost []blocklog.Piece, length int64) string {
	if request < e.From {
		return "durable"
	}
	n := int64(0)
	for _, p := range lost {
		if p.Op == request {
			n += p.To - p.From
		}
	}
	switch n {
	case 0:
		return "kept"
	case length:
		return "lost"
	}
	return "torn"
}

// describe says in words what a piece of a request writes: a part of a file if that is known, otherwise a part of the disk.
func (b *Blocks) describe(p blocklog.Piece) string {
	op := b.log()[p.Op]
	verb := "write"
	if op.Kind == blocklog.Punch {
		verb = "discard"
	}
	at, known := slices.BinarySearchFunc(b.Owners, p, func(o Owner, p blocklog.Piece) int {
		return cmp.Or(cmp.Compare(o.Request, p.Op), cmp.Compare(o.At, p.From))
	})
	if !known {
		return fmt.Sprintf("%s (%s itself) [%d,%d)", verb, b.Filesystem, op.Off+p.From, op.Off+p.To)
	}
	first, end := b.Owners[at], b.Owners[at].Off
	for _, o := range b.Owners[at:] {
		if o.Request != p.Op || o.At >= p.To || o.Path != first.Path || o.Off != end {
			break
		}
		end += blocklog.PageBytes
	}
	return fmt.Sprintf("%s %s [%d,%d)", verb, first.Path, first.Off, end)
}

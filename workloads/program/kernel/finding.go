package kernel

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lightningdb/lightning-torture/faultfs/blockdev/blocklog"
	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/torture/explain"
	"github.com/lightningdb/lightning-torture/workloads/torture/shrink/minimal"
	"github.com/lightningdb/lightning-torture/workloads/torture/wording"
)

// Limits of a finding. They decide how small it becomes, never whether it is one.
const (
	confirmations  = 4 // how often a disk that failed is recovered again
	maxShrinkTries = 80
	shrinkPatience = 20 * time.Second
	requestsShown  = 40
	listShown      = 8
)

// report confirms, shrinks and explains what was found. A failure that never showed again with the same disk is not a finding.
func (s *search) report(w images, result *program.Result) error {
	ctx := s.ctx
	if s.o.Explaining > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, s.o.Explaining)
		defer stop()
	}
	for i, kind := range s.order {
		if i == s.o.Findings {
			break
		}
		f := s.found[kind]
		shrunk := s.shrink(ctx, w, f)
		finding := s.finding(f)
		finding.Explanation = s.explanation(w, f, finding.Blocks.Lost)
		finding.Shrunk = shrunk
		if err := s.confirm(w, f, &finding); err != nil {
			return err
		}
		if f.count == 1 && finding.Shown == 0 {
			result.Once = append(result.Once, finding.Sentence)
			continue
		}
		result.Findings = append(result.Findings, finding)
	}
	return nil
}

// confirm recovers the disk of a finding again several times.
func (s *search) confirm(w images, f *failure, finding *program.Finding) error {
	for range confirmations {
		a, err := again(s.ctx, w, f.state, s.rec.acked(s.epochs[f.epoch]))
		if err != nil {
			return err
		}
		finding.ShownOf++
		if finding.Alike(a) {
			finding.Shown++
		}
	}
	return nil
}

// again recovers a disk, whether its answer is known or not.
func again(ctx context.Context, w images, state blocklog.State, acked []program.Ack) (program.Answer, error) {
	disk, _, err := w.cut(state)
	if err != nil {
		return program.Answer{}, err
	}
	a, err := w.recover(ctx, disk, acked)
	if err != nil {
		return a, err
	}
	return a, w.discard(disk)
}

// shrink leaves out losses without which the disk fails as well. It returns what changed, or nil if nothing did.
func (s *search) shrink(ctx context.Context, w images, f *failure) *program.Shrunk {
	ctx, stop := context.WithTimeout(ctx, shrinkPatience)
	defer stop()
	e := s.epochs[f.epoch]
	acked, units := s.rec.acked(e), s.rec.Blocks.log().Units(e, blocklog.AtPages)
	tick := s.rec.tick(e.To)
	shrunk := &program.Shrunk{FromLost: len(f.lost), FromTick: tick, Tick: tick}
	best := f.answer
	fails := func(lost []blocklog.Piece) bool {
		if shrunk.Tries >= maxShrinkTries || ctx.Err() != nil {
			return false
		}
		shrunk.Tries++
		a, _, err := s.ask(w, blocklog.State{Sure: e.From, Kept: without(units, lost)}, acked)
		if err != nil || a.Kind() != f.answer.Kind() {
			return false
		}
		best = a
		return true
	}
	lost := minimal.Part(f.lost, fails)
	shrunk.Lost = len(lost)
	shrunk.Least = shrunk.Tries < maxShrinkTries && ctx.Err() == nil
	if shrunk.Lost == shrunk.FromLost {
		return nil
	}
	f.lost, f.state.Kept = lost, without(units, lost)
	f.answer = best
	shrunk.Sentence = fmt.Sprintf("%s in place of %d", wording.Plural(shrunk.Lost, "loss"), shrunk.FromLost)
	if !shrunk.Least {
		shrunk.Sentence += fmt.Sprintf("; less may suffice, but time ran out after %s", wording.Plural(shrunk.Tries, "attempt"))
	}
	return shrunk
}

// finding describes a failure.
func (s *search) finding(f *failure) program.Finding {
	e := s.epochs[f.epoch]
	b := &s.rec.Blocks
	log, acked := b.log(), s.rec.acked(e)
	cut := &program.BlockCut{
		Filesystem: b.mounted(), Flush: flushes(log, e.From), Pending: len(log.Units(e, blocklog.AtPages)), Lost: []string{},
		State: blocklog.State{Sure: e.From, Kept: append([]blocklog.Piece{}, f.state.Kept...)}, Until: e.To,
	}
	for _, p := range f.lost {
		cut.Lost = append(cut.Lost, b.describe(p))
	}
	out := program.Finding{
		ID: idOf(b.Filesystem, f.answer.Kind()), Sentence: f.answer.Text, Hangs: f.answer.Verdict == program.Hangs, Profile: b.mounted(),
		Tick: s.rec.tick(e.To), Acked: len(acked), Count: f.count, Output: f.answer.Output, Lost: []uint64{},
		Calls: s.calls(e, f.lost), Blocks: cut,
	}
	if len(acked) > 0 {
		out.LastAck = acked[len(acked)-1].Text
	}
	return out
}

func idOf(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:5])
}

// explanation says what is known about the cause: what the disk lost, and how the store on it differs from what the program saw
// when it acknowledged last. Which call of the program is missing is not known.
func (s *search) explanation(w images, f *failure, lost []string) *explain.Explanation {
	e := &explain.Explanation{Lost: len(lost)}
	if len(lost) > 0 {
		e.Sentence = "it fails if the disk loses what it had accepted but not flushed: " + some(lost)
	}
	acked := s.rec.acked(s.epochs[f.epoch])
	seen := s.rec.Blocks.snapshotAt(len(acked))
	disk, err := s.files(w, f.state)
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
func (s *search) files(w images, state blocklog.State) (map[string]File, error) {
	disk, _, err := w.cut(state)
	if err != nil {
		return nil, err
	}
	files, err := w.look(disk)
	return files, errors.Join(err, w.discard(disk))
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
	for i := max(0, e.To-requestsShown); i < e.To; i++ {
		op := b.log()[i]
		c := program.Call{Tick: s.rec.tick(i), Text: "flush"}
		if op.Kind != blocklog.Flush {
			c.Text, c.Fate = b.describe(blocklog.Piece{Op: i, To: op.Len}), fate(i, e, lost, op.Len)
		}
		calls = append(calls, c)
	}
	for _, a := range s.rec.acked(e) {
		calls = append(calls, program.Call{Tick: a.Tick, Text: fmt.Sprintf("acknowledged %q", a.Text)})
	}
	slices.SortFunc(calls, func(a, b program.Call) int { return cmp.Compare(a.Tick, b.Tick) })
	return calls[max(0, len(calls)-requestsShown):]
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

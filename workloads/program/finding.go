package program

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/faultfs/blockdev/blocklog"
	"github.com/lightningdb/lightning-torture/workloads/torture/explain"
)

// Finding is a crash image that failed its check, with everything needed to reproduce it.
type Finding struct {
	ID          string               `json:"id"`
	Sentence    string               `json:"sentence"`
	Hangs       bool                 `json:"hangs,omitempty"`
	Profile     string               `json:"profile"`
	Device      string               `json:"device,omitempty"`
	Tick        uint64               `json:"tick"`  // the operation after which power was cut
	Acked       int                  `json:"acked"` // number of lines acknowledged before the cut
	LastAck     string               `json:"last_ack,omitempty"`
	Lost        []uint64             `json:"lost"`             // the pending operations that the image lost, by faultfs.PendingOp.ID
	Count       int                  `json:"count"`            // number of images that failed in this way
	Shown       int                  `json:"shown"`            // how often the image failed again when it was recovered again
	ShownOf     int                  `json:"shown_of"`         // how often it was recovered again
	Output      []string             `json:"output"`           // the last lines that the checker printed
	Shrunk      *Shrunk              `json:"shrunk,omitempty"` // how it was shrunk; nil if nothing smaller failed
	Explanation *explain.Explanation `json:"explanation,omitempty"`
	// Profiles says for each profile whether it fails there too, in the words of package explain.
	Profiles         map[string]string `json:"profiles,omitempty"`
	ProfilesSentence string            `json:"profiles_sentence,omitempty"`
	Calls            []Call            `json:"calls"`            // the last disk operations before the cut, oldest first
	Nested           *Nested           `json:"nested,omitempty"` // set if power was cut again during the recovery
	Blocks           *BlockCut         `json:"blocks,omitempty"` // set if the program ran on a filesystem of the kernel
	Steps            *Steps            `json:"steps,omitempty"`  // set if the program was run again with fewer steps
	File             string            `json:"file,omitempty"`
}

// BlockCut says what a power cut left of a block device, on which a filesystem of the kernel was mounted. Ticks count requests
// to the device then, and acknowledgements.
type BlockCut struct {
	Filesystem string         `json:"filesystem"` // with its mount options and the kernel
	Flush      int            `json:"flush"`      // flushes completed since the program began; everything before the last one is there
	Pending    int            `json:"pending"`    // writes since then, or pages of writes
	Lost       []string       `json:"lost"`       // those that were lost, in words
	State      blocklog.State `json:"state"`
	Until      int            `json:"until"` // the request that the power cut preceded
}

// Call is a disk operation before the cut, in human-readable form.
type Call struct {
	Tick uint64 `json:"tick"`
	Text string `json:"text"`
	Fate string `json:"fate,omitempty"` // durable, kept, lost, torn, unseen; empty for a sync or an acknowledgement
	// Source is the place in the program's source, as "wal.c:80 from db.c:12", if it was recorded.
	Source string   `json:"source,omitempty"`
	Stack  []string `json:"stack,omitempty"` // the program's calls, innermost first
}

// Limits of a finding.
const (
	confirmations = 4  // how often an image that failed is recovered again
	callsShown    = 40 // how many operations a finding shows
)

// varying matches the parts of a sentence that differ between images that fail in the same way.
var varying = regexp.MustCompile(`0x[0-9a-fA-F]+|[0-9a-f]{12,}|[0-9]+`)

// Kind is equal for answers that fail in the same way: it is the sentence without its numbers. The last line printed by a
// program that hangs is left out, because it differs from one run to the next.
func (a Answer) Kind() string {
	text := a.Text
	if a.Verdict == Hangs {
		text, _, _ = strings.Cut(text, PrintedLast)
	}
	return fmt.Sprint(a.Verdict, varying.ReplaceAllString(text, "#"))
}

// PrintedLast introduces the last line that the program printed, in the text of an answer with verdict Hangs.
const PrintedLast = "; it printed last: "

// Image returns the image that failed. It fails if this version does not know the profile or the device of the finding.
func (f *Finding) Image(rec *Recording) (*faultfs.FS, error) {
	if f.Nested != nil {
		return f.Nested.image()
	}
	profile, err := faultfs.ProfileNamed(f.Profile)
	if err != nil {
		return nil, err
	}
	device, err := faultfs.ParseDevice(f.Device)
	if err != nil {
		return nil, err
	}
	line := faultfs.NewTimeline(faultfs.Recorded(rec.Trace), faultfs.Model{Profile: profile, Device: device}, 0)
	return line.Advance(f.Tick).Losing(f.Lost, faultfs.ImageOptions{}), nil
}

// Alike reports whether an answer fails in the same way as the finding.
func (f *Finding) Alike(a Answer) bool {
	if f.Nested != nil {
		a.Text = inRecovery + a.Text
	}
	of := Answer{Verdict: Wrong, Text: f.Sentence}
	if f.Hangs {
		of.Verdict = Hangs
	}
	return a.Kind() == of.Kind()
}

// leastExplaining is the minimum time allowed for explanations, however short the search was.
const leastExplaining = 10 * time.Second

// ExplainingAfter returns the Options.Explaining that suits a search limited to the given length: half of it, but at least 10
// seconds. A length of 0 means that neither is limited.
func ExplainingAfter(length time.Duration) time.Duration {
	if length == 0 {
		return 0
	}
	return max(length/2, leastExplaining)
}

// report confirms and explains what was found. A failure that showed in a single recovery, and never again with the same
// image, is returned in once and is not a finding: the checker or the machine may be to blame.
func (s *search) report(way Way) (findings []Finding, once []string, err error) {
	recoverer, err := way.Recoverer(0)
	if err != nil {
		return nil, nil, err
	}
	w := &worker{search: s, recoverer: recoverer}
	s.reading = s.ctx
	if s.o.Explaining > 0 {
		var stop context.CancelFunc
		s.reading, stop = context.WithTimeout(s.ctx, s.o.Explaining)
		defer stop()
	}
	for i, key := range s.order {
		if i == s.o.Findings || s.ctx.Err() != nil {
			break
		}
		f := w.finding(s.found[key])
		if s.found[key].asked == 1 && f.Shown == 0 && f.ShownOf > 0 {
			once = append(once, f.Sentence)
			continue
		}
		same := slices.IndexFunc(findings, func(g Finding) bool { return f.sameCause(&g) })
		if same >= 0 {
			findings[same].Count += f.Count
			continue
		}
		findings = append(findings, f)
	}
	if err := recoverer.Close(); err != nil {
		return findings, once, err
	}
	return findings, once, s.failed()
}

// sameCause reports whether both findings are explained by the same missing ordering.
func (f *Finding) sameCause(g *Finding) bool {
	return f.Explanation != nil && g.Explanation != nil && f.Explanation.Missing != nil && f.ID == g.ID
}

// finding turns a failure into a finding: it confirms, shrinks and explains it.
func (w *worker) finding(f *failure) Finding {
	l := newLife(w, f)
	out := l.finding()
	l.confirm(&out)
	if out.Shown == out.ShownOf {
		if shrunk := l.shrink(); shrunk != nil {
			out = l.finding()
			out.Shrunk = shrunk
			l.confirm(&out)
		}
	}
	if out.Shown == out.ShownOf {
		out.Explanation = l.explained()
	}
	if out.Shown == out.ShownOf && f.nested == nil {
		out.Profiles = l.profiles()
		out.ProfilesSentence = explain.ProfilesSentence(out.Profiles)
	}
	out.ID = out.fingerprint(f.answer.Kind())
	return out
}

// finding describes the failure.
func (l *life) finding() Finding {
	f := l.failure
	out := Finding{
		Sentence: f.answer.Text, Hangs: f.answer.Verdict == Hangs, Profile: l.w.o.Model.Profile.Name, Device: l.w.o.Model.Device.String(),
		Tick: f.tick, Lost: f.lost, Count: f.count, Output: f.answer.Output,
	}
	acked := l.w.rec.Acked(f.tick)
	if out.Acked = len(acked); len(acked) > 0 {
		out.LastAck = acked[len(acked)-1].Text
	}
	img := l.image()
	if f.nested != nil {
		out.Nested = l.nestedOf()
		img = f.nested.first
	}
	out.Calls = callsOf(l.w.rec.Trace, l.w.rec.Stacks, acked, f.tick, img)
	return out
}

// confirm recovers the image of a finding again several times and counts how often it fails alike.
func (l *life) confirm(out *Finding) {
	for range confirmations {
		img, err := out.Image(l.w.rec)
		if err != nil {
			break // it cannot be reproduced
		}
		out.ShownOf++
		if a, err := l.w.recoverer.Recover(l.w.ctx, img, l.w.rec.Acked(out.Tick)); err == nil && out.Alike(a) {
			out.Shown++
		}
	}
}

// fingerprint identifies the cause: the missing ordering if one was found, otherwise what the checker said.
func (f *Finding) fingerprint(kind string) string {
	parts := []string{kind}
	if e := f.Explanation; e != nil && e.Missing != nil {
		parts = []string{e.Missing.Op, varying.ReplaceAllString(e.Missing.Path, "#")}
		if e.By != nil {
			parts = append(parts, e.By.Op, varying.ReplaceAllString(e.By.Path, "#"))
		}
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:5])
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
	for _, a := range acked {
		calls = append(calls, Call{Tick: a.Tick, Text: fmt.Sprintf("acknowledged %q", a.Text)})
	}
	slices.SortFunc(calls, func(a, b Call) int { return cmp.Compare(a.Tick, b.Tick) })
	return calls[max(0, len(calls)-callsShown):]
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

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
	"github.com/lightningdb/lightning-torture/workloads/torture/explain"
)

// Finding is a crash image that the checker found wrong, with what is needed to see it again.
type Finding struct {
	ID          string               `json:"id"`
	Sentence    string               `json:"sentence"`
	Hangs       bool                 `json:"hangs,omitempty"`
	Profile     string               `json:"profile"`
	Device      string               `json:"device,omitempty"`
	Tick        uint64               `json:"tick"`  // the operation after which power was cut
	Acked       int                  `json:"acked"` // how many lines had been acknowledged
	LastAck     string               `json:"last_ack,omitempty"`
	Lost        []uint64             `json:"lost"`             // the pending operations that the image had lost, by faultfs.PendingOp.ID
	Count       int                  `json:"count"`            // how many images were wrong in this way
	Shown       int                  `json:"shown"`            // how often it showed when the image was recovered again
	ShownOf     int                  `json:"shown_of"`         // how often that was tried
	Output      []string             `json:"output"`           // the last lines of the checker
	Shrunk      *Shrunk              `json:"shrunk,omitempty"` // how it was made smaller; nil: nothing smaller failed
	Explanation *explain.Explanation `json:"explanation,omitempty"`
	// Profiles says under which profiles it shows too, in the words of package explain.
	Profiles         map[string]string `json:"profiles,omitempty"`
	ProfilesSentence string            `json:"profiles_sentence,omitempty"`
	Calls            []Call            `json:"calls"`            // the last operations of the disk before the cut, oldest first
	Nested           *Nested           `json:"nested,omitempty"` // set if power was cut again during the recovery
	File             string            `json:"file,omitempty"`
}

// Call is an operation of the disk before the cut, for people.
type Call struct {
	Tick uint64 `json:"tick"`
	Text string `json:"text"`
	Fate string `json:"fate,omitempty"` // durable, kept, lost, torn, unseen; empty for a sync or an acknowledgement
}

// Limits of a finding.
const (
	confirmations = 4  // how often an image that failed is recovered again
	callsShown    = 40 // how many operations a finding shows
)

// varying are the parts of a sentence that differ between images that are wrong in the same way.
var varying = regexp.MustCompile(`0x[0-9a-fA-F]+|[0-9a-f]{12,}|[0-9]+`)

// kind is what answers have in common that are wrong in the same way: the sentence without its numbers. What hangs has come
// no farther than the last line that it printed, which is another each time.
func (a Answer) kind() string {
	text := a.Text
	if a.Verdict == Hangs {
		text, _, _ = strings.Cut(text, PrintedLast)
	}
	return fmt.Sprint(a.Verdict, varying.ReplaceAllString(text, "#"))
}

// PrintedLast is what the text of an answer that Hangs says before the last line of the program, if it says that.
const PrintedLast = "; it printed last: "

// Image returns the image that was wrong. The error says that the finding is not of this version.
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

// Alike reports whether an answer is wrong in the way of the finding.
func (f *Finding) Alike(a Answer) bool {
	if f.Nested != nil {
		a.Text = inRecovery + a.Text
	}
	of := Answer{Verdict: Wrong, Text: f.Sentence}
	if f.Hangs {
		of.Verdict = Hangs
	}
	return a.kind() == of.kind()
}

// leastExplaining is how long findings may be explained, however short the search was.
const leastExplaining = 10 * time.Second

// ExplainingAfter returns an Options.Explaining for a search that ends after a time: half of it. One that ends by itself, after 0,
// has no limit.
func ExplainingAfter(length time.Duration) time.Duration {
	if length == 0 {
		return 0
	}
	return max(length/2, leastExplaining)
}

// report confirms and explains what was found.
//
// What was wrong in one recovery alone, and in none of the same image since, is no finding: it may be the checker, or the machine.
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

// sameCause reports whether two findings were explained by the same missing order.
func (f *Finding) sameCause(g *Finding) bool {
	return f.Explanation != nil && g.Explanation != nil && f.Explanation.Missing != nil && f.ID == g.ID
}

// finding turns a failure into a finding: it sees it again, makes it smaller, and explains it.
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
	out.ID = out.fingerprint(f.answer.kind())
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
	out.Calls = callsOf(l.w.rec.Trace, acked, f.tick, img)
	return out
}

// confirm recovers the image of a finding again, and notes how often it shows.
func (l *life) confirm(out *Finding) {
	for range confirmations {
		img, err := out.Image(l.w.rec)
		if err != nil {
			break // it cannot be seen again
		}
		out.ShownOf++
		if a, err := l.w.recoverer.Recover(l.w.ctx, img, l.w.rec.Acked(out.Tick)); err == nil && out.Alike(a) {
			out.Shown++
		}
	}
}

// fingerprint identifies what is broken: the missing order if there is one, otherwise what the checker said.
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

// callsOf renders the operations of a trace and the acknowledgements before a cut, with what became of each in an image.
func callsOf(trace []faultfs.Op, acked []Ack, tick uint64, img *faultfs.FS) []Call {
	_, _ = ContentOf(img) // decides everything
	fates := img.Fates()
	var calls []Call
	for i := range trace {
		op := &trace[i]
		if op.Tick > tick {
			break
		}
		c := Call{Tick: op.Tick, Text: describe(op)}
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

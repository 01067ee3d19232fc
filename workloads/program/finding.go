package program

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/faultfs/blockdev/blocklog"
	"github.com/lightningdb/lightning-torture/workloads/torture/explain"
	"github.com/lightningdb/lightning-torture/workloads/torture/wording"
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

// BlockCut says what a power cut left of a block device, on which a filesystem of the kernel was mounted. Ticks then
// count requests to the device and acknowledgements.
type BlockCut struct {
	Filesystem string         `json:"filesystem"` // with its mount options and the kernel
	Flush      int            `json:"flush"`      // flushes completed since the program began; everything before the last one is there
	Pending    int            `json:"pending"`    // writes since then, or pages of writes
	Lost       []string       `json:"lost"`       // those that were lost, in words
	State      blocklog.State `json:"state"`
	Until      int            `json:"until"` // the request that the power cut preceded
	// Second is set if power was cut again during the recovery.
	Second *SecondBlockCut `json:"second,omitempty"`
}

// SecondBlockCut is a power cut during the recovery of a block device: by the filesystem, and by the program on it.
type SecondBlockCut struct {
	Log     blocklog.Log   `json:"log"` // the requests of the recovery before the cut
	State   blocklog.State `json:"state"`
	Flush   int            `json:"flush"`   // flushes completed since the recovery began
	Pending int            `json:"pending"` // writes since then, or pages of writes
	Lost    int            `json:"lost"`    // those of them that were lost
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
	if f.Nested != nil || f.Blocks != nil && f.Blocks.Second != nil {
		a.Text = inRecovery + a.Text
	}
	of := Answer{Verdict: Wrong, Text: f.Sentence}
	if f.Hangs {
		of.Verdict = Hangs
	}
	return a.Kind() == of.Kind()
}

// sameCause reports whether both findings are explained by the same missing ordering.
func (f *Finding) sameCause(g *Finding) bool {
	return f.Explanation != nil && g.Explanation != nil && f.Explanation.Missing != nil && f.ID == g.ID
}

// Confirm recovers the image of a finding again several times and counts how often it fails alike.
func (f *Finding) Confirm(ask func() (Answer, error)) (err error) {
	f.ShownOf = confirmations
	f.Shown, _, err = f.Again(confirmations, ask)
	return err
}

// Again recovers the image of a finding a number of times. It returns how often it failed in the same way, and the last answer.
func (f *Finding) Again(times int, ask func() (Answer, error)) (shown int, last Answer, err error) {
	for range times {
		if last, err = ask(); err != nil {
			return shown, last, err
		}
		if f.Alike(last) {
			shown++
		}
	}
	return shown, last, nil
}

// ID returns the ID of a finding whose cause the parts identify. A checker and a dump that notice the same cause make different
// findings.
func (a Answer) ID(parts ...string) string {
	if a.Oracle != "" {
		parts = append(parts, a.Oracle)
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:5])
}

// LastCalls returns the last of the operations and acknowledgements before a cut, oldest first.
func LastCalls(calls []Call, acked []Ack) []Call {
	for _, a := range acked {
		calls = append(calls, Call{Tick: a.Tick, Text: fmt.Sprintf("acknowledged %q", a.Text)})
	}
	slices.SortFunc(calls, func(a, b Call) int { return cmp.Compare(a.Tick, b.Tick) })
	return calls[max(0, len(calls)-callsShown):]
}

// Shrunk says how a finding was shrunk before it was reported. The operations of the program cannot be reduced, because it
// would not repeat the others exactly. What is reduced are the losses of the image, and how late power is cut.
type Shrunk struct {
	FromLost int    `json:"from_lost"` // pending operations, or parts of them, lost in the original image
	Lost     int    `json:"lost"`      // and in the smaller one
	FromTick uint64 `json:"from_tick"` // the original power cut
	Tick     uint64 `json:"tick"`      // and the earlier one
	Tries    int    `json:"tries"`     // recoveries tried
	// Least says that every remaining loss is necessary and that bisection found no earlier crash point. If it is false, the
	// budget ran out first.
	Least    bool   `json:"least"`
	Sentence string `json:"sentence"`
}

// Concludes reports whether the cut is smaller than the original, and fills in the sentence that says so.
func (s *Shrunk) Concludes() bool {
	var parts []string
	switch {
	case s.Lost == s.FromLost:
	case s.Lost == 0:
		parts = append(parts, fmt.Sprintf("no loss in place of %d", s.FromLost))
	case s.Lost == 1:
		parts = append(parts, fmt.Sprintf("1 loss suffices in place of %d", s.FromLost))
	case s.Lost < s.FromLost:
		parts = append(parts, fmt.Sprintf("%d losses suffice in place of %d", s.Lost, s.FromLost))
	}
	if s.Tick < s.FromTick {
		parts = append(parts, fmt.Sprintf("a power cut at tick %d in place of %d", s.Tick, s.FromTick))
	}
	s.Sentence = strings.Join(parts, ", and ")
	if !s.Least {
		s.Sentence += fmt.Sprintf("; less may suffice, but time ran out after %s", wording.Plural(s.Tries, "attempt"))
	}
	return len(parts) > 0
}

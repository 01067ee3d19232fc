package program

import "strings"

// Result is what a search found.
type Result struct {
	Program  []string  `json:"program"`
	Way      string    `json:"way"`
	Profile  string    `json:"profile"`
	Device   string    `json:"device,omitempty"`
	Ended    string    `json:"ended,omitempty"` // how the recorded program failed; empty if it succeeded
	Ops      int       `json:"ops"`             // disk operations recorded
	Acks     int       `json:"acks"`
	Missed   []string  `json:"missed,omitempty"`  // fault rules that never fired
	Refused  []string  `json:"refused,omitempty"` // what the program asked for and the disk does not support
	Tally    Tally     `json:"tally"`
	Shapes   []uint64  `json:"-"` // of the crash points searched, in ascending order; see package shape
	Findings []Finding `json:"findings"`
	Once     []string  `json:"once,omitempty"` // failures seen in one recovery and never again with the same image
	// Passed says that images were judged after acknowledgements, with something at stake, and none failed.
	Passed bool `json:"passed"`
	// Inconclusive says why the search neither passed nor found anything.
	Inconclusive string `json:"inconclusive,omitempty"`
}

// Tally has the figures of a search.
type Tally struct {
	Points     int `json:"points"`     // crash points searched
	Exhaustive int `json:"exhaustive"` // crash points with every image recovered
	Sampled    int `json:"sampled"`    // crash points with only some images recovered
	AtStake    int `json:"at_stake"`   // crash points after an acknowledgement, with operations pending
	Images     int `json:"images"`     // images recovered and judged
	AfterAcks  int `json:"after_acks"` // images judged at a crash after an acknowledgement
	Repeated   int `json:"repeated"`   // images whose content and acknowledgements had already been judged
	Nested     int `json:"nested"`     // images of crashes during a recovery, recovered and judged
	Skipped    int `json:"skipped"`    // images that the checker skipped
	Failed     int `json:"failed"`     // images that failed the check
	Strayed    int `json:"strayed"`    // recoveries that looked at something else although they had got the same answers
	LostBytes  int `json:"lost_bytes"` // unsynced bytes lost by the images
}

// Conclude derives the verdict from the figures.
func (r *Result) Conclude() {
	switch t := &r.Tally; {
	case len(r.Findings) > 0:
	case len(r.Once) > 0:
		r.Inconclusive = "a recovery went wrong once, and never again with the same image: " + strings.Join(r.Once, "; ")
	case r.Ended != "" && r.Acks == 0:
		r.Inconclusive = "the program failed before it acknowledged anything: it " + r.Ended
	case r.Ended != "" && len(r.Refused) > 0:
		r.Inconclusive = "the program asked for " + strings.Join(r.Refused, "; for ") + "; then it " + r.Ended
	case r.Ops == 0:
		r.Inconclusive = "the program did nothing on its disk; does one of its arguments contain {dir}?"
	case len(r.Missed) > 0:
		r.Inconclusive = "a fault hit nothing: " + strings.Join(r.Missed, "; ")
	case r.Acks == 0:
		r.Inconclusive = "the program acknowledged nothing, so nothing had to survive; let it append a line to {dir}/.torture/ack after each step, or give --acks stdout=REGEX"
	case t.Images == 0:
		r.Inconclusive = "no image was recovered"
	case t.Skipped == t.Images:
		r.Inconclusive = "the checker skipped every image"
	case t.AfterAcks == 0:
		r.Inconclusive = "no image was recovered after an acknowledgement"
	case t.AtStake == 0:
		r.Inconclusive = "at no crash after an acknowledgement was anything pending: there was nothing to lose"
	default:
		r.Passed = true
	}
}

package program

import "strings"

// Result is what a search found.
type Result struct {
	Program  []string  `json:"program"`
	Way      string    `json:"way"`
	Profile  string    `json:"profile"`
	Device   string    `json:"device,omitempty"`
	Ended    string    `json:"ended,omitempty"` // how the program ended when it was recorded; empty: as it should
	Ops      int       `json:"ops"`             // operations of the disk that were recorded
	Acks     int       `json:"acks"`
	Missed   []string  `json:"missed,omitempty"`  // faults that hit nothing
	Refused  []string  `json:"refused,omitempty"` // what the program asked for and the disk does not have
	Tally    Tally     `json:"tally"`
	Findings []Finding `json:"findings"`
	Once     []string  `json:"once,omitempty"` // what the checker said of one recovery, and of none of the same image since
	// Passed says that images were judged behind acknowledgements, with something at stake, and none was wrong.
	Passed bool `json:"passed"`
	// Inconclusive says why neither a pass nor a finding follows from the search.
	Inconclusive string `json:"inconclusive,omitempty"`
}

// Tally is the figures of a search.
type Tally struct {
	Points     int `json:"points"`     // crash points that were searched
	Exhaustive int `json:"exhaustive"` // of which every image was recovered
	Sampled    int `json:"sampled"`
	AtStake    int `json:"at_stake"`   // crash points after an acknowledgement at which something was pending
	Images     int `json:"images"`     // images that were recovered and judged
	AfterAcks  int `json:"after_acks"` // of them after an acknowledgement
	Repeated   int `json:"repeated"`   // images whose content and acknowledgements had been judged already
	Nested     int `json:"nested"`     // images of crashes during a recovery that were recovered and judged
	Skipped    int `json:"skipped"`    // images about which the checker had no opinion
	Failed     int `json:"failed"`     // images that the checker found wrong
	Strayed    int `json:"strayed"`    // recoveries that did not do the same with the same answers
	LostBytes  int `json:"lost_bytes"` // unsynced bytes that the images had lost
}

// conclude decides what the figures mean.
func (r *Result) conclude() {
	switch t := &r.Tally; {
	case len(r.Findings) > 0:
	case len(r.Once) > 0:
		r.Inconclusive = "a recovery went wrong once, and never again with the same image: " + strings.Join(r.Once, "; ")
	case r.Ended != "" && r.Acks == 0:
		r.Inconclusive = "the program failed before it acknowledged anything: it " + r.Ended
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

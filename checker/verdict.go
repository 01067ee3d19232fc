package checker

import "fmt"

// Verdict is the answer of a judge. The zero value is Inconclusive: no answer is never a pass.
type Verdict uint8

// The verdicts.
const (
	Inconclusive Verdict = iota
	Pass
	Fail
)

var verdictNames = [...]string{"inconclusive", "pass", "fail"}

func (v Verdict) String() string {
	if int(v) < len(verdictNames) {
		return verdictNames[v]
	}
	return fmt.Sprintf("verdict(%d)", uint8(v))
}

// MarshalText writes the verdict's name.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (v *Verdict) UnmarshalText(text []byte) error {
	for i, name := range verdictNames {
		if name == string(text) {
			*v = Verdict(i)
			return nil
		}
	}
	return fmt.Errorf("checker: unknown verdict %q", text)
}

// Violation is one property that does not hold.
type Violation struct {
	Class    string   `json:"class"`              // what kind: "lost", "resurrected", "hole", "torn batch", "invented", "from the future", "stale read", ...
	Sentence string   `json:"sentence"`           // one sentence for a person
	Evidence []string `json:"evidence,omitempty"` // at most 12 lines
	Ops      []int    `json:"ops,omitempty"`      // IDs of the operations it is about
	Cause    string   `json:"cause,omitempty"`    // the error that the store returned, if that is what is wrong
}

// Result is what one judge says of one piece of evidence.
type Result struct {
	Judge      string
	Verdict    Verdict
	Violations []Violation // of a Fail: at least one, the first is the one to report
	Reason     string      // of an Inconclusive: why
}

package checker

import "fmt"

// Verdict is the answer of a judge. The zero value is Inconclusive, so a missing answer never counts as a pass.
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

// MarshalText returns the name of the verdict. It never fails.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText parses what MarshalText returns. Any other text is an error.
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
	Class    string   `json:"class"`              // the kind: "lost", "resurrected", "hole", "torn batch", "invented", "from the future", "stale read", ...
	Sentence string   `json:"sentence"`           // for a human reader
	Evidence []string `json:"evidence,omitempty"` // at most 12 lines
	Ops      []int    `json:"ops,omitempty"`      // IDs of the operations involved
	Cause    string   `json:"cause,omitempty"`    // the error that the store returned, if that is the violation
	// Check names what found the violation, where the class alone does not: a function of a check, the function that panicked,
	// or a file. Unlike the sentence, it is not worded for readers, so it is the same in later versions.
	Check string `json:"check,omitempty"`
	Key   []byte `json:"key,omitempty"` // the key that shows what is wrong, if it is a single one
}

// Result is what one judge says about one piece of evidence.
type Result struct {
	Judge      string
	Verdict    Verdict
	Violations []Violation // of a Fail: at least one; the first is the one to report
	Reason     string      // of an Inconclusive: why there is no answer
}

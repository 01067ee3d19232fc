package mutate

import (
	"fmt"
	"io"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads/internal/report"
)

// Verdict is the result of a mutation. The zero value is NotCompiled, so that a missing answer never counts as a kill.
type Verdict uint8

// The verdicts.
const (
	NotCompiled Verdict = iota // it did not compile, or the tests could not be started
	Survived                   // the tests passed
	Killed                     // a test failed, panicked or did not end in time
)

var verdictNames = [...]string{"did not compile", "survived", "killed"}

func (v Verdict) String() string {
	if int(v) < len(verdictNames) {
		return verdictNames[v]
	}
	return fmt.Sprintf("verdict(%d)", uint8(v))
}

// MarshalText writes the verdict's name.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// Outcome is the result of one mutation.
type Outcome struct {
	Mutation
	Verdict  Verdict `json:"verdict"`
	Seconds  float64 `json:"seconds"`  // to build and run the tests
	Sentence string  `json:"sentence"` // names the failed test, or says why there is no answer
}

func (o Outcome) broken(err error) Outcome {
	o.Verdict, o.Sentence = NotCompiled, err.Error()
	return o
}

// Report is the score of a package's tests. Its JSON form is stable: fields may be added but are never renamed.
type Report struct {
	Version     int       `json:"version"` // of this format: 1
	Package     string    `json:"package"`
	Mutations   int       `json:"mutations"`
	Killed      int       `json:"killed"`
	Survived    int       `json:"survived"`
	NotCompiled int       `json:"did_not_compile"`
	Outcomes    []Outcome `json:"outcomes"`
}

// newReport counts the outcomes.
func newReport(pattern string, outcomes []Outcome) Report {
	r := Report{Version: 1, Package: pattern, Mutations: len(outcomes), Outcomes: outcomes}
	for _, o := range outcomes {
		switch o.Verdict {
		case Killed:
			r.Killed++
		case Survived:
			r.Survived++
		case NotCompiled:
			r.NotCompiled++
		}
	}
	return r
}

// WriteJSON writes the report as one JSON document.
func (r Report) WriteJSON(w io.Writer) error {
	return report.JSON(w, r)
}

// WriteText writes a table, then the syncs that could be removed without a failing test, then the score.
func (r Report) WriteText(w io.Writer) error {
	table := report.Table{Header: []string{"place", "mutation", "verdict", "seconds", "line", "because"}}
	for _, o := range r.Outcomes {
		table.Add(o.Place(), string(o.Kind), o.Verdict.String(), fmt.Sprintf("%.1f", o.Seconds), o.Text, o.Sentence)
	}
	var b strings.Builder
	b.WriteString(table.Text())
	r.writeMissedSyncs(&b)
	fmt.Fprintf(&b, "\n%d mutations of %s: %d killed, %d survived, %d did not compile\n",
		r.Mutations, r.Package, r.Killed, r.Survived, r.NotCompiled)
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteMarkdown writes the table and the score in Markdown.
func (r Report) WriteMarkdown(w io.Writer) error {
	table := report.Table{Header: []string{"place", "mutation", "verdict", "line"}}
	for _, o := range r.Outcomes {
		table.Add(o.Place(), string(o.Kind), o.Verdict.String(), "`"+strings.ReplaceAll(o.Text, "|", "\\|")+"`")
	}
	_, err := fmt.Fprintf(w, "%s\n%d mutations of `%s`: %d killed, %d survived, %d did not compile.\n", table.Markdown(),
		r.Mutations, r.Package, r.Killed, r.Survived, r.NotCompiled)
	return err
}

// writeMissedSyncs lists the syncs that could be removed without a failing test.
func (r Report) writeMissedSyncs(b *strings.Builder) {
	syncs, missed := 0, []Outcome(nil)
	for _, o := range r.Outcomes {
		if o.Kind == DropSync && o.Verdict != NotCompiled {
			syncs++
			if o.Verdict == Survived {
				missed = append(missed, o)
			}
		}
	}
	if syncs == 0 {
		return
	}
	fmt.Fprintf(b, "\n%d of %d syncs can be removed without a failing test", len(missed), syncs)
	if len(missed) == 0 {
		b.WriteString(".\n")
		return
	}
	b.WriteString(":\n")
	for _, o := range missed {
		fmt.Fprintf(b, "  %s  %s\n", o.Place(), o.Text)
	}
}

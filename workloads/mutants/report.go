package mutants

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads/internal/report"
)

// Verdict is the result of a mutant. The zero value is Broken, so that a missing answer never counts as a kill.
type Verdict uint8

// The verdicts.
const (
	Broken   Verdict = iota // it did not build, or the lab gave no answer that can be trusted
	Survived                // the lab found nothing
	Killed                  // the lab found something, and found nothing in the unchanged engine
)

var verdictNames = [...]string{"broken", "survived", "killed"}

func (v Verdict) String() string {
	if int(v) < len(verdictNames) {
		return verdictNames[v]
	}
	return fmt.Sprintf("verdict(%d)", uint8(v))
}

// MarshalText writes the verdict's name.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// Outcome is the result of one mutant.
type Outcome struct {
	Mutant      string  `json:"mutant"`
	MutantClass string  `json:"mutant_class,omitempty"`
	Bug         string  `json:"bug,omitempty"`
	Reference   string  `json:"reference,omitempty"`
	Verdict     Verdict `json:"verdict"`
	Seconds     float64 `json:"seconds"` // until the first finding, or of the whole run
	Judge       string  `json:"judge,omitempty"`
	Class       string  `json:"class,omitempty"` // of the finding
	Workload    string  `json:"workload,omitempty"`
	Fault       string  `json:"fault,omitempty"`
	Profile     string  `json:"profile,omitempty"`
	Sentence    string  `json:"sentence"`        // of the finding, or why there is none
	Proof       *Proof  `json:"proof,omitempty"` // of a kill
	Cells       []Cell  `json:"cells,omitempty"` // of the matrix, if requested
}

func (o Outcome) broken(err error) Outcome {
	o.Verdict, o.Sentence = Broken, err.Error()
	return o
}

func (o Outcome) killed(f finding) Outcome {
	o.Verdict, o.Judge, o.Class = Killed, f.Judge, f.Class
	o.Workload, o.Fault, o.Profile, o.Sentence = f.Workload, f.Fault, f.Profile, f.Sentence
	return o
}

// Report is the score of the lab. Its JSON form is stable: fields may be added but are never renamed.
type Report struct {
	Version             int       `json:"version"` // of this format: 1
	Mutants             int       `json:"mutants"`
	Killed              int       `json:"killed"`
	Survived            []string  `json:"survived"`
	Broken              []string  `json:"broken"`
	MedianSecondsToKill float64   `json:"median_seconds_to_kill"` // 0 if none was killed
	Proofs              *Proofs   `json:"proofs,omitempty"`       // nil if no kill was examined
	Outcomes            []Outcome `json:"outcomes"`

	Columns []Column            `json:"columns,omitempty"`   // of the matrix
	Missed  map[string][]string `json:"missed_by,omitempty"` // for each simple profile, the killed mutants that it would have missed
}

// NewReport counts the outcomes. columns are those of the matrix, if there is one.
func NewReport(outcomes []Outcome, columns ...Column) Report {
	r := Report{
		Version: 1, Mutants: len(outcomes), Survived: []string{}, Broken: []string{}, Outcomes: outcomes, Columns: columns,
	}
	var seconds []float64
	for _, o := range outcomes {
		switch o.Verdict {
		case Killed:
			r.Killed++
			seconds = append(seconds, o.Seconds)
		case Survived:
			r.Survived = append(r.Survived, o.Mutant)
		default:
			r.Broken = append(r.Broken, o.Mutant)
		}
	}
	r.MedianSecondsToKill, r.Proofs = median(seconds), newProofs(outcomes)
	for _, c := range columns {
		if c.Simple {
			if r.Missed == nil {
				r.Missed = map[string][]string{}
			}
			r.Missed[c.Name] = missedBy(c.Name, outcomes)
		}
	}
	return r
}

// AllKilled reports whether there was at least one mutant and the lab killed all of them.
func (r Report) AllKilled() bool { return r.Mutants > 0 && r.Killed == r.Mutants }

// WriteJSON writes the report as one JSON document.
func (r Report) WriteJSON(w io.Writer) error {
	return report.JSON(w, r)
}

// WriteText writes a table with a row for each mutant, then the score.
func (r Report) WriteText(w io.Writer) error {
	table := report.Table{Header: []string{"mutant", "verdict", "seconds", "fault", "judge", "class"}}
	for _, c := range r.Columns {
		table.Header = append(table.Header, c.Name)
	}
	table.Header = append(table.Header, "sentence")
	for _, o := range r.Outcomes {
		row := []string{o.Mutant, o.Verdict.String(), fmt.Sprintf("%.1f", o.Seconds), dash(o.Fault), dash(o.Judge), dash(o.Class)}
		for _, c := range r.Columns {
			row = append(row, o.cell(c.Name))
		}
		table.Add(append(row, strings.ReplaceAll(o.Sentence, "\n", " | "))...)
	}
	_, err := fmt.Fprintf(w, "%s\n%s\n", table.Text(), r.score())
	return err
}

func (r Report) score() string {
	var s strings.Builder
	fmt.Fprintf(&s, "%d of %d killed, %d survived, %d broken; median %.1f s to kill",
		r.Killed, r.Mutants, len(r.Survived), len(r.Broken), r.MedianSecondsToKill)
	for _, c := range r.Columns {
		if c.Simple {
			fmt.Fprintf(&s, "\n%d of them would have lived on a disk of profile %s", len(r.Missed[c.Name]), c.Name)
		}
	}
	if r.Proofs != nil {
		s.WriteString("\n" + r.Proofs.sentence())
	}
	return s.String()
}

// cell returns the seconds to the kill in a column of the matrix, or a dash.
func (o *Outcome) cell(column string) string {
	i := slices.IndexFunc(o.Cells, func(c Cell) bool { return c.Column == column && c.Killed })
	if i < 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f", o.Cells[i].Seconds)
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func median(values []float64) float64 {
	n := len(values)
	if n == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

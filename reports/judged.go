package reports

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/checker/judging"
	"github.com/lightningdb/lightning-torture/workloads/torture/wording"
)

// Judged is the judgement of one file.
type Judged struct {
	File string
	*judging.Judgement
}

// JudgedText writes one line about a history. If it fails, the line is followed by the violations with their evidence, and
// by which isolation levels hold.
func JudgedText(w io.Writer, j Judged) error {
	var b strings.Builder
	file := wording.Visible(j.File)
	switch j.Verdict {
	case checker.Pass:
		fmt.Fprintf(&b, "%s: pass: %s\n", file, strings.Join(append([]string{j.Property + ": " + judgedOperations(j)}, j.Notes...), "; "))
	case checker.Inconclusive:
		fmt.Fprintf(&b, "%s: inconclusive: %s\n", file, wording.Visible(j.Reason))
	case checker.Fail:
		what := "not " + denied(j.Property)
		if v := j.Violations[0]; v.Class != what {
			what += ": " + v.Class
		}
		fmt.Fprintf(&b, "%s: fail: %s: %s\n", file, what, wording.Visible(j.Violations[0].Sentence))
		judgedDetails(&b, j)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// denied returns a property as it reads after "not".
func denied(property string) string {
	if property == "total conserved" {
		return "conserved"
	}
	return property
}

func judgedDetails(b *strings.Builder, j Judged) {
	for i, v := range j.Violations {
		if i > 0 {
			fmt.Fprintf(b, "  and: %s: %s\n", v.Class, wording.Visible(v.Sentence))
		}
		for _, line := range v.Evidence {
			fmt.Fprintf(b, "    %s\n", wording.Visible(line))
		}
	}
	for _, verdict := range []checker.Verdict{checker.Pass, checker.Fail, checker.Inconclusive} {
		var levels []string
		for _, l := range j.Levels {
			if l.Verdict == verdict {
				levels = append(levels, l.Level.String())
			}
		}
		if len(levels) > 0 {
			what := map[checker.Verdict]string{checker.Pass: "holds", checker.Fail: "violated", checker.Inconclusive: "undecided"}[verdict]
			fmt.Fprintf(b, "  %-10s %s\n", what, strings.Join(levels, ", "))
		}
	}
	fmt.Fprintf(b, "  %-10s %s\n", "history", judgedOperations(j))
	notes := j.Notes
	if j.Lines {
		notes = append(slices.Clip(notes), "ticks are line numbers")
	}
	for _, note := range notes {
		fmt.Fprintf(b, "  %-10s %s\n", "note", wording.Visible(note))
	}
}

// judgedOperations summarizes a history: "list-append, 12 operations of 3 clients, 10 acknowledged".
func judgedOperations(j Judged) string {
	n := j.Operations
	text := fmt.Sprintf("%s, %s of %s, %s acknowledged", j.Model, wording.Plural(n.All, "operation"), wording.Plural(n.Clients, "client"), wording.Grouped(n.Acked))
	if n.Open > 0 {
		text += fmt.Sprintf(", %s with unknown outcome", wording.Grouped(n.Open))
	}
	if n.Refused > 0 {
		text += fmt.Sprintf(", %s refused", wording.Grouped(n.Refused))
	}
	return text
}

// JudgedDocument is the JSON form of a Judged.
type JudgedDocument struct {
	File         string                     `json:"file"`
	Verdict      checker.Verdict            `json:"verdict"`
	Format       string                     `json:"format"`           // the format of the file, as judge --input names it
	Model        string                     `json:"model"`            // what the keys hold, as judge --model names it
	Property     string                     `json:"property"`         // the property that was judged, such as "linearizable"
	Reason       string                     `json:"reason,omitempty"` // why the verdict is inconclusive
	Violations   []JudgedViolation          `json:"violations"`
	Levels       map[string]checker.Verdict `json:"levels"` // the verdict for each isolation level, by name
	Operations   int                        `json:"operations"`
	Acknowledged int                        `json:"acknowledged"`
	Open         int                        `json:"open"` // operations whose outcome is unknown
	Refused      int                        `json:"refused"`
	Clients      int                        `json:"clients"`
	Notes        []string                   `json:"notes"`
	Lines        bool                       `json:"ticks_are_lines"` // the file has no times, so ticks are line numbers
}

// JudgedViolation is a violation in a JudgedDocument.
type JudgedViolation struct {
	Class    string   `json:"class"`
	Sentence string   `json:"sentence"`
	Evidence []string `json:"evidence"`
	Ops      []int    `json:"ops"` // IDs of the operations involved
}

// JudgedJSON writes j as one object on one line.
func JudgedJSON(w io.Writer, j Judged) error {
	object := JudgedDocument{
		File: j.File, Verdict: j.Verdict, Format: string(j.Format), Model: string(j.Model), Property: j.Property, Reason: j.Reason,
		Violations: []JudgedViolation{}, Levels: map[string]checker.Verdict{}, Operations: j.Operations.All,
		Acknowledged: j.Operations.Acked, Open: j.Operations.Open, Refused: j.Operations.Refused,
		Clients: j.Operations.Clients, Notes: orEmpty(j.Notes), Lines: j.Lines,
	}
	for _, v := range j.Violations {
		object.Violations = append(object.Violations, JudgedViolation{v.Class, v.Sentence, orEmpty(v.Evidence), orEmpty(v.Ops)})
	}
	for _, l := range j.Levels {
		object.Levels[l.Level.String()] = l.Verdict
	}
	return writeLine(w, object)
}

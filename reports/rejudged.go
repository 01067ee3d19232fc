package reports

import (
	"fmt"
	"io"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/torture"
	"github.com/lightningdb/lightning-torture/workloads/torture/wording"
)

// RejudgedText writes what the current judges say about a saved finding, one line per violation.
func RejudgedText(w io.Writer, r *torture.Rejudged) error {
	var err error
	switch r.Verdict {
	case checker.Pass:
		_, err = fmt.Fprintf(w, "%s: pass: the current judges accept it\n", wording.Visible(r.File))
	case checker.Inconclusive:
		_, err = fmt.Fprintf(w, "%s: unknown: %s; %s\n", wording.Visible(r.File), wording.Visible(r.Reason), replayCommand(r.Program, r.File))
	case checker.Fail:
		for _, v := range r.Violations {
			if _, err = fmt.Fprintf(w, "%s: fail: %s: %s\n", wording.Visible(r.File), v.Class, wording.Visible(v.Sentence)); err != nil {
				break
			}
		}
	}
	return err
}

// RejudgedJSON writes r as one object on one line.
func RejudgedJSON(w io.Writer, r *torture.Rejudged) error { return writeLine(w, *r) }

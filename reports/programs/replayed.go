package programs

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/torture/wording"
)

// Again is the result of replaying a saved finding.
type Again struct {
	Reproduced bool             `json:"reproduced"`
	Attempts   int              `json:"attempts"`
	Hits       int              `json:"hits"`
	Answer     string           `json:"answer,omitempty"` // what the checker said last
	Finding    *program.Finding `json:"finding"`
	File       string           `json:"file"`
	Note       string           `json:"note,omitempty"` // how it was replayed
}

// AgainJSON writes a as one object on one line.
func AgainJSON(w io.Writer, a *Again) error {
	finding := *a.Finding
	if finding.Output == nil {
		finding.Output = []string{}
	}
	full := *a
	full.Finding = &finding
	return json.NewEncoder(w).Encode(full)
}

// AgainText writes a for a terminal. binary is how the command is called in lines to paste.
func AgainText(w io.Writer, a *Again, binary string) error {
	head := fmt.Sprintf("NOT REPRODUCED  %s", wording.Plural(a.Attempts, "attempt"))
	switch {
	case a.Reproduced:
		head = fmt.Sprintf("REPRODUCED  %d of %s failed in the same way.", a.Hits, wording.Plural(a.Attempts, "attempt"))
	case a.Answer != "":
		head += "; the checker now says: " + wording.Visible(a.Answer)
	}
	if a.Note != "" {
		head += "\n  " + wording.Visible(a.Note)
	}
	f := *a.Finding
	f.File = a.File
	_, err := fmt.Fprintf(w, "%s\n\n✗ %s\n", head, strings.Join(finding(&f, binary), "\n"))
	return err
}

package audits

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/lightningdb/lightning-torture/workloads/hints"
	"github.com/lightningdb/lightning-torture/workloads/torture/wording"
)

// JSON writes the audit of an engine on one line.
func JSON(w io.Writer, r *hints.Report) error { return json.NewEncoder(w).Encode(r) }

// Text writes the audit of an engine for a terminal.
func Text(w io.Writer, r *hints.Report) error {
	for _, run := range r.Runs {
		if run.Ended == "" {
			continue
		}
		if _, err := fmt.Fprintf(w, "The run of workload %s ended early, without a verdict: %s\n", run.Name, wording.Visible(run.Ended)); err != nil {
			return err
		}
	}
	if r.Acknowledgements == 0 {
		_, err := fmt.Fprintf(w, "Nothing to audit: %s does not promise that any acknowledged commit survives a power cut.\n", r.Engine)
		return err
	}
	return List(w, r.Hints, r.Acknowledgements, "the store")
}

// List writes hints for a terminal. acks is the number of acknowledgements checked, and who is the one that gave them, such
// as "the program".
func List(w io.Writer, list []hints.Hint, acks int, who string) error {
	if len(list) == 0 {
		_, err := fmt.Fprintf(w, "At every acknowledgement (%s in all), everything that %s had done was durable.\n", wording.Grouped(acks), who)
		return err
	}
	for _, h := range list {
		if _, err := fmt.Fprintf(w, "%s  (at %d of %s)\n", wording.Visible(h.Sentence), h.Count, wording.Plural(acks, "acknowledgement")); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "\nThese are hints, not findings: %s may not need them to keep its promises.\n", who)
	return err
}

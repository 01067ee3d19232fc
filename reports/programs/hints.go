package programs

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/torture/wording"
)

// HintsJSON writes what is not durable at acknowledgements as one list on one line.
func HintsJSON(w io.Writer, hints []program.Hint) error {
	if hints == nil {
		hints = []program.Hint{}
	}
	return json.NewEncoder(w).Encode(hints)
}

// HintsText writes it for people; acks is how many acknowledgements there were.
func HintsText(w io.Writer, hints []program.Hint, acks int) error {
	if len(hints) == 0 {
		_, err := fmt.Fprintf(w, "At each of %s, everything that the program had done was durable.\n", wording.Plural(acks, "acknowledgement"))
		return err
	}
	for _, h := range hints {
		if _, err := fmt.Fprintf(w, "%s  (at %d of %s)\n", wording.Visible(h.Sentence), h.Count, wording.Plural(acks, "acknowledgement")); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(w, "\nThese are hints: the program may not need them for what it promises.")
	return err
}

package programs

import (
	"encoding/json"
	"io"

	"github.com/lightningdb/lightning-torture/reports/audits"
	"github.com/lightningdb/lightning-torture/workloads/program"
)

// HintsJSON writes hints as a list on one line.
func HintsJSON(w io.Writer, hints []program.Hint) error {
	if hints == nil {
		hints = []program.Hint{}
	}
	return json.NewEncoder(w).Encode(hints)
}

// HintsText writes hints for a terminal. acks is the number of acknowledgements that were checked.
func HintsText(w io.Writer, hints []program.Hint, acks int) error {
	return audits.List(w, hints, acks, "the program")
}

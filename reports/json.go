package reports

import (
	"encoding/json"
	"io"
	"slices"

	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// JSON writes r as one object on one line.
func JSON(w io.Writer, r *torture.Result) error {
	full := *r
	full.Findings = slices.Clone(orEmpty(r.Findings))
	for i := range full.Findings {
		full.Findings[i] = filled(full.Findings[i])
	}
	full.Cells, full.Goals = orEmpty(r.Cells), orEmpty(r.Goals)
	if full.Profiles == nil {
		full.Profiles = map[string]torture.ProfileCount{}
	}
	if full.FaultsInjected == nil {
		full.FaultsInjected = map[string]uint64{}
	}
	return writeLine(w, full)
}

// ReplayJSON writes r as one object on one line.
func ReplayJSON(w io.Writer, r *torture.ReplayResult) error {
	full := *r
	if r.Finding != nil {
		finding := filled(*r.Finding)
		full.Finding = &finding
	}
	return writeLine(w, full)
}

func filled(f torture.Finding) torture.Finding {
	f.Evidence, f.Trace = orEmpty(f.Evidence), orEmpty(f.Trace)
	return f
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func writeLine(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

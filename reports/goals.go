package reports

import (
	"fmt"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// goalFigure counts the dangerous situations in which power was cut, and names those that were not reached.
func goalFigure(r *torture.Result) figure {
	var missed []string
	for _, g := range r.Goals {
		if g.Points == 0 {
			missed = append(missed, g.Name)
		}
	}
	return shareFigure("goals", len(r.Goals), "dangerous situations in which power was cut", "not reached", missed)
}

// shareFigure says how many of all things a run covered. Its note is the text complete if the run covered all of them,
// otherwise the text missing with a list of the missed ones.
func shareFigure(label string, all int, complete, missing string, missed []string) figure {
	f := figure{Label: label, Value: fmt.Sprintf("%d of %d", all-len(missed), all), Note: complete}
	if len(missed) > 0 {
		f.Note = missing + ": " + strings.Join(missed, ", ")
	}
	return f
}

package reports

import (
	"fmt"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// goalFigure says in one line how many dangerous situations were hit, and names those that were not.
func goalFigure(r *torture.Result) figure {
	var missed []string
	for _, g := range r.Goals {
		if g.Points == 0 {
			missed = append(missed, g.Name)
		}
	}
	f := figure{
		Label: "goals", Value: fmt.Sprintf("%d of %d", len(r.Goals)-len(missed), len(r.Goals)),
		Note: "dangerous situations in which power was cut",
	}
	if len(missed) > 0 {
		f.Note = "not reached: " + strings.Join(missed, ", ")
	}
	return f
}

package reports

import "github.com/lightningdb/lightning-torture/workloads/torture"

// limitFigures counts the engine limits that some run lowered, and names those that no run lowered. It returns nil if the
// engine has no limits to lower.
func limitFigures(r *torture.Result) []figure {
	if len(r.Limits) == 0 {
		return nil
	}
	var missed []string
	for _, l := range r.Limits {
		if l.Runs == 0 {
			missed = append(missed, l.Name)
		}
	}
	return []figure{shareFigure("limits", len(r.Limits), "of the engine, lowered by some run", "at the default in all runs", missed)}
}

package reports

import "github.com/lightningdb/lightning-torture/workloads/torture"

// limitFigures says in one line how many limits of the engine runs have set, and names those that none has; nothing if the
// engine has no limits to set.
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
	return []figure{shareFigure("limits", len(r.Limits), "of the engine, set by runs", "usual in all runs", missed)}
}

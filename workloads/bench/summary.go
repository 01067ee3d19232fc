package bench

import (
	"cmp"
	"slices"
)

// summarize turns measurements into rows, in order of the first occurrence of each work and engine.
func summarize(all []Measurement) []Row {
	var rows []Row
	for _, m := range all {
		if slices.ContainsFunc(rows, func(r Row) bool {
			return r.Work == m.Work && r.Goroutines == m.Goroutines && r.Engine == m.Engine
		}) {
			continue
		}
		rows = append(rows, rowOf(m, all))
	}
	slices.SortStableFunc(rows, byTask(rows))
	return rows
}

// byTask groups the engines of a work: within a process, an engine does several works in a row.
func byTask(rows []Row) func(a, b Row) int {
	first := map[task]int{}
	for i, r := range rows {
		if _, ok := first[task{r.Work, r.Goroutines}]; !ok {
			first[task{r.Work, r.Goroutines}] = i
		}
	}
	return func(a, b Row) int { return first[task{a.Work, a.Goroutines}] - first[task{b.Work, b.Goroutines}] }
}

// rowOf returns the row of all measurements of the same work, goroutines and engine as one.
func rowOf(one Measurement, all []Measurement) Row {
	var same, references []Measurement
	for _, m := range all {
		switch {
		case m.Work != one.Work || m.Goroutines != one.Goroutines:
			continue
		case m.Engine == one.Engine:
			same = append(same, m)
		}
		if m.Engine == Reference {
			references = append(references, m)
		}
	}
	of := func(field func(Measurement) float64) float64 {
		var values []float64
		for _, m := range same {
			values = append(values, field(m))
		}
		return median(values)
	}
	figure := func(a, b Measurement) int { return cmp.Compare(a.Figure, b.Figure) }
	w, _ := workNamed(one.Work)
	return Row{
		Work: one.Work, Goroutines: one.Goroutines, Engine: one.Engine, Rounds: len(same),
		Unit: w.figure.Unit, LowerBetter: w.figure.LowerBetter,
		Figure:        of(func(m Measurement) float64 { return m.Figure }),
		FigureMin:     slices.MinFunc(same, figure).Figure,
		FigureMax:     slices.MaxFunc(same, figure).Figure,
		RatioToPebble: ratio(same, references, func(m Measurement) float64 { return m.Figure }),
		CPURatio:      ratio(same, references, func(m Measurement) float64 { return m.CPUPerOp }),
		OpsPerSecond:  of(func(m Measurement) float64 { return m.OpsPerSecond }),
		P50:           of(func(m Measurement) float64 { return m.P50 }),
		P99:           of(func(m Measurement) float64 { return m.P99 }),
		P999:          of(func(m Measurement) float64 { return m.P999 }),
		CPUPerOp:      of(func(m Measurement) float64 { return m.CPUPerOp }),
		WriteAmp:      of(func(m Measurement) float64 { return m.WriteAmp }),
		SpaceAmp:      of(func(m Measurement) float64 { return m.SpaceAmp }),
		PeakRSS:       of(func(m Measurement) float64 { return m.PeakRSS }),
		OpenMillis:    of(func(m Measurement) float64 { return m.OpenMillis }),
		Lost:          of(func(m Measurement) float64 { return m.Lost }),
		Retries:       of(func(m Measurement) float64 { return m.Retries }),
		OthersCPU:     of(func(m Measurement) float64 { return m.OthersCPU }),
	}
}

// ratio returns the median of the quotients of measurements from the same round. A quotient of medians would compare
// rounds in which the machine was fast with rounds in which it was slow.
func ratio(of, to []Measurement, field func(Measurement) float64) float64 {
	var quotients []float64
	for _, a := range of {
		for _, b := range to {
			if a.Round == b.Round && field(b) != 0 {
				quotients = append(quotients, field(a)/field(b))
			}
		}
	}
	return median(quotients)
}

// median returns the middle value, or the mean of the two in the middle; 0 if there are none.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

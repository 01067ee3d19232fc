package flatness

import (
	"math"
	"slices"
)

// slope returns the Theil-Sen slope of at least two samples and its 95 % confidence interval, per hour. It compares samples of the
// same kind only, and adds up Kendall's variances of the kinds.
func slope(samples []sample) (median, low, high float64) {
	var slopes []float64
	sizes := map[string]float64{}
	for i, a := range samples {
		sizes[a.kind]++
		for _, b := range samples[i+1:] {
			if b.kind == a.kind && b.hours > a.hours {
				slopes = append(slopes, (b.value-a.value)/(b.hours-a.hours))
			}
		}
	}
	if len(slopes) == 0 {
		return 0, 0, 0
	}
	slices.Sort(slopes)
	variance := 0.0
	for _, n := range sizes {
		variance += n * (n - 1) * (2*n + 5) / 18
	}
	const z = 1.96 // of 95 %
	width := z * math.Sqrt(variance)
	pairs := float64(len(slopes))
	at := func(rank float64) float64 { return slopes[min(max(int(rank), 0), len(slopes)-1)] }
	return medianOf(slopes), at(math.Floor((pairs - width) / 2)), at(math.Ceil((pairs+width)/2) - 1)
}

// medianOf returns the median of sorted numbers.
func medianOf(sorted []float64) float64 {
	n := len(sorted)
	if n%2 == 1 {
		return sorted[n/2]
	}
	return (sorted[n/2-1] + sorted[n/2]) / 2
}

// middle returns the median of the values of samples.
func middle(samples []sample) float64 {
	values := make([]float64, 0, len(samples))
	for _, s := range samples {
		values = append(values, s.value)
	}
	slices.Sort(values)
	return medianOf(values)
}

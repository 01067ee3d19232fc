package flatness

import (
	"math"
	"slices"
)

// slope returns the Theil-Sen slope of at least two samples and its 95 % confidence interval, per hour.
func slope(samples []sample) (median, low, high float64) {
	var slopes []float64
	for i, a := range samples {
		for _, b := range samples[i+1:] {
			if b.hours > a.hours {
				slopes = append(slopes, (b.value-a.value)/(b.hours-a.hours))
			}
		}
	}
	if len(slopes) == 0 {
		return 0, 0, 0
	}
	slices.Sort(slopes)
	const z = 1.96 // of 95 %
	n := float64(len(samples))
	width := z * math.Sqrt(n*(n-1)*(2*n+5)/18)
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

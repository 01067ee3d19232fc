package flatness

// Series is a figure over time. The zero value is empty. The number of samples kept is bounded: as a series grows, it keeps every
// second one, then every fourth, and so on.
type Series struct {
	samples []sample
	every   int // one in every samples is kept
	skipped int
}

type sample struct{ hours, value float64 }

// maxSamples bounds the memory of a series and the number of pairs that a slope is computed from.
const maxSamples = 512

// Add adds a sample. Times must not decrease.
func (s *Series) Add(hours, value float64) {
	if s.every == 0 {
		s.every = 1
	}
	if s.skipped++; s.skipped < s.every {
		return
	}
	s.skipped = 0
	s.samples = append(s.samples, sample{hours, value})
	if len(s.samples) < maxSamples {
		return
	}
	for i := range maxSamples / 2 {
		s.samples[i] = s.samples[2*i+1]
	}
	s.samples = s.samples[:maxSamples/2]
	s.every *= 2
}

// Len returns the number of samples kept.
func (s *Series) Len() int { return len(s.samples) }

package flatness

// Series is a figure over time. The zero value is empty. It keeps a bounded number of samples: of a longer series every second
// one, every fourth and so on, spread evenly.
type Series struct {
	samples []sample
	every   int // of so many samples one is kept
	skipped int
}

type sample struct{ hours, value float64 }

// maxSamples bounds the memory of a series, and the pairs that a slope is made of.
const maxSamples = 512

// Add adds a sample. Times ascend.
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

// Len returns how many samples are kept.
func (s *Series) Len() int { return len(s.samples) }

package flatness

// Series is a figure over time. The zero value is empty. The number of samples kept is bounded: as a series grows, it keeps every
// second one, then every fourth, and so on.
type Series struct {
	samples []sample
	every   int // one in every samples is kept
	skipped int
	last    float64
}

// sample is a value at a time. Only samples of the same kind can be compared with each other.
type sample struct {
	hours, value float64
	kind         string
}

// maxSamples bounds the memory of a series and the number of pairs that a slope is computed from.
const maxSamples = 512

// Add adds a sample. Times must not decrease.
func (s *Series) Add(hours, value float64) { s.AddOf("", hours, value) }

// AddOf adds a sample of one of several kinds of work, whose values differ for reasons that have nothing to do with time. A series
// is then judged by comparing samples of the same kind only.
func (s *Series) AddOf(kind string, hours, value float64) {
	if s.every == 0 {
		s.every = 1
	}
	s.last = value
	if s.skipped++; s.skipped < s.every {
		return
	}
	s.skipped = 0
	s.samples = append(s.samples, sample{hours, value, kind})
	if len(s.samples) < maxSamples {
		return
	}
	for i := range maxSamples / 2 {
		s.samples[i] = s.samples[2*i+1]
	}
	s.samples = s.samples[:maxSamples/2]
	s.every *= 2
}

// Ends reports whether value is that of the last sample added.
func (s *Series) Ends(value float64) bool { return s.every > 0 && s.last == value }

// Len returns the number of samples kept.
func (s *Series) Len() int { return len(s.samples) }

// comparable returns samples on one scale: those of each kind are divided by the median of their kind and multiplied by that of all.
// Samples that are the only ones of their kind are left out, because they say nothing about time.
func comparable(samples []sample) []sample {
	kinds := map[string][]sample{}
	for _, s := range samples {
		kinds[s.kind] = append(kinds[s.kind], s)
	}
	if len(kinds) <= 1 {
		return samples
	}
	all := middle(samples)
	var scaled []sample
	for _, s := range samples {
		own := kinds[s.kind]
		if m := middle(own); len(own) > 1 && m > 0 {
			s.value *= all / m
			scaled = append(scaled, s)
		}
	}
	return scaled
}

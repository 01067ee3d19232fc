package flatness

import "fmt"

// Rule says when a figure is not flat.
type Rule struct {
	Floor float64 // a change of its median by less than this is none
	Falls bool    // it must not fall; otherwise it must not grow
}

// Trend is what became of a figure.
type Trend struct {
	Samples    int     // after the warm-up
	Median     float64 // of these
	PerHour    float64 // the Theil-Sen slope
	Low, High  float64 // its 95 % confidence interval
	Measurable bool    // there are enough samples
	Flat       bool    // true as long as nothing shows the contrary
	Sentence   string  // says why, if it is not measurable or not flat
}

const (
	warmupHours = 0.5  // at most; of a short series a quarter
	edgeHours   = 1    // the beginning and the end that are compared, at most; of a short series a quarter
	perDay      = 0.05 // of the median: what a slope may come to
	between     = 0.05 // what the median of the end may differ from that of the beginning
	leastSample = 12   // after the warm-up
	leastHours  = 1.0  // of a series: before that neither a process nor a store is warm
	hoursADay   = 24
)

// Judge judges a series.
func (s *Series) Judge(r Rule) Trend {
	after := s.warm()
	t := Trend{Samples: len(after), Flat: true}
	if len(after) == 0 {
		t.Sentence = "there are no samples"
		return t
	}
	t.Median = middle(after)
	if length := after[len(after)-1].hours - s.samples[0].hours; len(after) < leastSample || length < leastHours {
		t.Sentence = fmt.Sprintf("%d samples in %.0f minutes are too few to judge: it takes %.0f minutes, and %d samples after the warm-up",
			len(after), length*60, leastHours*60, leastSample)
		return t
	}
	t.Measurable = true
	t.PerHour, t.Low, t.High = slope(after)
	first, last := edges(after)
	sign, certain, word := 1.0, t.Low > 0, "grows"
	if r.Falls {
		sign, certain, word = -1, t.High < 0, "falls"
	}
	change := sign * (last - first)
	if certain && sign*t.PerHour*hoursADay > perDay*t.Median && change > between*first && change > r.Floor {
		t.Flat = false
		t.Sentence = fmt.Sprintf("it %s by %.4g an hour (95 %% confidence: %.4g to %.4g), from %.4g at the beginning to %.4g at the end",
			word, sign*t.PerHour, sign*t.Low, sign*t.High, first, last)
	}
	return t
}

// warm returns the samples after the warm-up.
func (s *Series) warm() []sample {
	if len(s.samples) == 0 {
		return nil
	}
	begin, length := s.samples[0].hours, s.samples[len(s.samples)-1].hours-s.samples[0].hours
	from := begin + min(warmupHours, length/4)
	i := 0
	for i < len(s.samples) && s.samples[i].hours < from {
		i++
	}
	return s.samples[i:]
}

// edges returns the medians of the beginning and of the end.
func edges(samples []sample) (first, last float64) {
	begin, end := samples[0].hours, samples[len(samples)-1].hours
	width := min(edgeHours, (end-begin)/4)
	i, j := 1, len(samples)-1
	for i < len(samples) && samples[i].hours <= begin+width {
		i++
	}
	for j > 0 && samples[j-1].hours >= end-width {
		j--
	}
	return middle(samples[:i]), middle(samples[j:])
}

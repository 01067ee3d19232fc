package flatness

import "fmt"

// Rule says when a figure is not flat.
type Rule struct {
	Floor float64 // changes of the median by less than this are ignored
	Falls bool    // the figure must not fall; otherwise it must not grow
}

// Trend is the judgement of a figure over time.
type Trend struct {
	Samples    int     // number of samples after the warm-up that can be compared with another one
	Median     float64 // median of these samples
	PerHour    float64 // the Theil-Sen slope
	Low, High  float64 // its 95 % confidence interval, per hour
	Measurable bool    // there are enough samples to judge
	Flat       bool    // true unless the samples show the contrary
	Sentence   string  // why the figure is not measurable or not flat
}

const (
	warmupHours = 0.5  // but at most a quarter of the series
	edgeHours   = 1    // length of the beginning and of the end that are compared, but at most a quarter of the series
	perDay      = 0.05 // allowed slope per day, relative to the median
	between     = 0.05 // allowed relative difference between the medians of the beginning and the end
	leastSample = 12   // samples needed after the warm-up, each comparable with another one
	leastHours  = 1.0  // length needed; before that neither a process nor a store is warm
	hoursADay   = 24
)

// Judge judges a series.
func (s *Series) Judge(r Rule) Trend {
	after := comparable(s.warm())
	t := Trend{Samples: len(after), Flat: true}
	if len(after) == 0 {
		t.Sentence = "there are no samples"
		return t
	}
	t.Median = middle(after)
	if length := after[len(after)-1].hours - s.samples[0].hours; len(after) < leastSample || length < leastHours {
		t.Sentence = fmt.Sprintf("too few to judge: %d samples in %.0f min; it takes %.0f min, and %d samples after the warm-up",
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

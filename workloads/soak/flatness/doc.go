// Package flatness judges whether a figure of a soak stays flat: memory, goroutines, open files, files of a store, throughput.
//
//	series.go  Series: a figure over time     rule.go   Rule and Trend: the judgement
//	theilsen.go  the slope of a series and its confidence interval
//
// The rule is stated beforehand, so that nobody has to look at a chart. A figure has grown if all of this is so, once a warm-up is
// left out:
//
//   - its Theil-Sen slope, the median of the slopes of all pairs of samples, is above 0 with 95 % confidence;
//   - the slope comes to more than 5 % of the median a day;
//   - the median of the end is more than 5 % above that of the beginning, and by more than a floor that each figure has.
//
// The first condition alone would find any tiny trend in a long series; the last alone would find a single burst. For a figure
// that must not fall, such as throughput, the same holds upside down.
//
// A figure that could not be measured is not flat. One with too few samples, or of less than an hour, is not judged: a short
// soak says so.
//
// The confidence interval is that of Sen (1968), by Kendall's variance, for samples that do not depend on each other. Samples of
// one process do, so the interval is too narrow; the last condition makes up for it.
//
// A Series is used by one goroutine. The package knows nothing else of this module.
package flatness

// Package flatness judges whether a figure of a soak stays flat: memory, goroutines, open files, files of a store, throughput.
//
//	series.go  Series: a figure over time     rule.go   Rule and Trend: the judgement
//	theilsen.go  the slope of a series and its confidence interval
//
// The rule is fixed in advance, so that nobody has to interpret a chart. After a warm-up, a figure has grown if all of these hold:
//
//   - its Theil-Sen slope, the median of the slopes of all pairs of samples, is above 0 with 95 % confidence;
//   - the slope amounts to more than 5 % of the median per day;
//   - the median at the end exceeds the median at the beginning by more than 5 %, and by more than a floor specific to the figure.
//
// The first condition alone would report any tiny trend in a long series; the last alone would report a single burst. For a figure
// that must not fall, such as throughput, the conditions are mirrored.
//
// A series may be of several kinds of work, such as the throughput in the cells of a lap, which differ by more than any trend. Then
// only samples of the same kind are compared: the slope is the median over pairs of one kind, and its variance is the sum of those of
// the kinds, as in the seasonal test of Hirsch, Slack and Smith (1982). For the third condition, each sample is divided by the median of
// its kind. It is sound to compare the first lap with the second one in this way, but not the first cells of a lap with its last ones.
//
// A figure that could not be measured is not flat. A figure with too few samples, or with less than an hour of them, is not judged,
// and a short soak says so.
//
// The confidence interval is that of Sen (1968), from Kendall's variance, which assumes independent samples. Samples of one process
// are correlated, so the interval is too narrow; the last condition makes up for that.
//
// A Series is used by one goroutine. The package knows nothing else of this module.
package flatness

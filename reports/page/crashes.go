package page

import (
	"fmt"
	"slices"

	"github.com/lightningdb/lightning-torture/workloads/torture/wording"
)

// Sizes of the plot of crashes, in CSS pixels at its natural size.
const (
	crashPlotWidth  = 720
	crashPlotHeight = 64
	crashPlotTop    = 20
	crashBarMax     = 14
)

// crashPlot shows the share of failing images for crashes along a run, one column per crash.
type crashPlot struct {
	Width, Height, Base int
	Columns             []column
	MarkX               int // the crash of the finding; 0: not shown
	First, Last         string
	Sentence            string // from which tick on images fail
}

type column struct {
	X, Width       int
	Failing        int // its height
	FailingY       int
	Label          string
	Images, Height int
}

// crashPlotOf lays out the crashes of f; it is nil if there are none.
func crashPlotOf(f Finding) *crashPlot {
	if len(f.Crashes) == 0 {
		return nil
	}
	n := len(f.Crashes)
	step := max(min(crashPlotWidth/n, crashBarMax), 4)
	p := &crashPlot{
		Width: n*step + 60, Base: crashPlotTop + crashPlotHeight, Height: crashPlotTop + crashPlotHeight + 22, Sentence: sinceWhen(f),
		First: "tick " + wording.Grouped(f.Crashes[0].Tick), Last: wording.Grouped(f.Crashes[n-1].Tick),
	}
	for i, c := range f.Crashes {
		height := 0
		if c.Failing > 0 {
			height = max(4, crashPlotHeight*c.Failing/max(c.Images, 1))
		}
		x := 30 + i*step
		if c.Tick == f.Crash {
			p.MarkX = x + step/2
		}
		p.Columns = append(p.Columns, column{
			X: x, Width: step - 2, Failing: height, FailingY: p.Base - height, Images: c.Images, Height: crashPlotHeight,
			Label: fmt.Sprintf("power cut at tick %s: %d of %s failed", wording.Grouped(c.Tick), c.Failing, wording.Plural(c.Images, "image")),
		})
	}
	return p
}

// sinceWhen says from which tick on and up to which tick images fail. This is the range of consecutive failing crashes,
// among those that were tried, that contains the crash of the finding.
func sinceWhen(f Finding) string {
	crashes := f.Crashes
	at := slices.IndexFunc(crashes, func(c Crash) bool { return c.Tick == f.Crash })
	if at < 0 || crashes[at].Failing == 0 {
		at = slices.IndexFunc(crashes, func(c Crash) bool { return c.Failing > 0 })
	}
	if at < 0 {
		return "None of the images recovered for this plot failed."
	}
	first, last := at, at
	for first > 0 && crashes[first-1].Failing > 0 {
		first--
	}
	for last+1 < len(crashes) && crashes[last+1].Failing > 0 {
		last++
	}
	c := crashes[first]
	s := fmt.Sprintf("After a power cut at tick %s, %d of %s failed", wording.Grouped(c.Tick), c.Failing, wording.Plural(c.Images, "image"))
	if first > 0 {
		s += fmt.Sprintf("; none did at tick %s, the previous one tried", wording.Grouped(crashes[first-1].Tick))
	}
	switch {
	case last == first:
		return s + "."
	case last == len(crashes)-1:
		return s + ". From then on, every power cut that was tried can fail."
	}
	return s + fmt.Sprintf(". The same holds up to tick %s; at tick %s, the next one tried, no image failed.", wording.Grouped(crashes[last].Tick),
		wording.Grouped(crashes[last+1].Tick))
}

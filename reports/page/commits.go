package page

import (
	"fmt"

	"github.com/lightningdb/lightning-torture/workloads/torture/wording"
)

// Sizes of the plot of commits, in CSS pixels at its natural size; commitRunes is in characters.
const (
	commitRow    = 22
	commitTop    = 24
	commitGutter = 210
	commitWidth  = 560
	commitRunes  = 26
)

// commitLanes shows, for each commit, the time from its acknowledgement until it was durable.
type commitLanes struct {
	Width, Height, Bottom, CutX int
	Rows                        []commitLane
	First, Cut                  string
	Late, Never                 int // commits that became durable after their acknowledgement, or not before the power cut
	Sentence                    string
}

type commitLane struct {
	Y           int
	Name, Label string
	AckX, EndX  int
	State       string // durable, late, never
}

// commitLanesOf lays out the commits of f; it is nil if there are none.
func commitLanesOf(f Finding) *commitLanes {
	if len(f.Commits) == 0 || f.Crash == 0 {
		return nil
	}
	from, to := f.Commits[0].Acked, f.Crash
	for _, c := range f.Commits {
		from, to = min(from, c.Acked), max(to, c.Acked, c.By)
	}
	scale := func(tick uint64) int { return commitGutter + 8 + int((tick-from)*commitWidth/max(to-from, 1)) }
	l := &commitLanes{
		Bottom: commitTop + len(f.Commits)*commitRow, CutX: scale(to) + 12, First: "tick " + wording.Grouped(from), Cut: wording.Grouped(f.Crash),
	}
	l.Width, l.Height = l.CutX+60, l.Bottom+22
	for i, c := range f.Commits {
		row := commitLane{Y: commitTop + i*commitRow + commitRow/2, Name: clipped(c.Name), AckX: scale(c.Acked), State: "durable"}
		row.EndX = row.AckX
		row.Label = fmt.Sprintf("%s, acknowledged at tick %s, ", c.Name, wording.Grouped(c.Acked))
		switch {
		case c.By == 0:
			row.State, row.EndX = "never", l.CutX
			row.Label += "not durable at the power cut"
			l.Never++
		case c.By > c.Acked:
			row.State, row.EndX = "late", scale(c.By)
			row.Label += "durable by tick " + wording.Grouped(c.By)
			l.Late++
		default:
			row.Label += "already durable"
		}
		row.Label = wording.Visible(row.Label)
		l.Rows = append(l.Rows, row)
	}
	l.Sentence = l.summary()
	return l
}

func (l *commitLanes) summary() string {
	s := fmt.Sprintf("The last %s acknowledged as synced before the power cut: ", wording.Plural(len(l.Rows), "commit"))
	if l.Late+l.Never == 0 {
		return s + "each was durable when it was acknowledged."
	}
	if l.Never > 0 {
		s += fmt.Sprintf("%d could still be lost when power was cut", l.Never)
	}
	if l.Late > 0 {
		if l.Never > 0 {
			s += ", and "
		}
		s += fmt.Sprintf("%d became durable only after being acknowledged", l.Late)
	}
	return s + "."
}

// clipped returns the start of a name, at most commitRunes long.
func clipped(name string) string {
	runes := []rune(wording.Visible(name))
	if len(runes) > commitRunes {
		return string(runes[:commitRunes-1]) + "…"
	}
	return string(runes)
}

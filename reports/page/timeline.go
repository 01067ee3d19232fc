package page

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads/torture/wording"
)

// Sizes of the timeline, in SVG units, which are CSS pixels at its natural size.
const (
	laneHeight = 26
	laneTop    = 30
	gutter     = 170 // for the names of the files
	stepMin    = 17
	stepMax    = 44
	plotWidth  = 800
	crashWidth = 96
	nameRunes  = 21
	maxLanes   = 10
	otherFiles = "other files"

	acknowledged = "acknowledged" // the lane of acknowledgements

	footerSpace = 28
)

// timeline is the picture of the last filesystem operations before the crash, with a lane per file and a mark per operation.
type timeline struct {
	Width, Height int
	Lanes         []lane
	Marks         []mark
	CrashX        int    // 0: there was no crash
	CrashLabel    string // the label of the line at CrashX
	First, Last   mark   // the first and the last of Marks, whose ticks label the axis
	Bottom        int
	Summary       string // for screen readers
	Acks          bool   // some marks are acknowledgements
	Ringed        bool   // the operation that was not durable is among the marks
}

type lane struct {
	Name string // at most nameRunes long
	Path string
	Y    int
}

type mark struct {
	X, Y  int
	Shape string // name of the symbol
	Role  Role   // in the missing order; empty: none
	Tick  string
	Label string
}

// timelineOf lays out the trace of f; it is nil if there is none.
func timelineOf(f Finding) *timeline {
	if len(f.Trace) == 0 {
		return nil
	}
	files := filesOf(f.Trace)
	first := 0 // the lane of the first file
	if slices.ContainsFunc(f.Trace, Op.acknowledges) {
		first = 1
	}
	lanes := lanesOf(append(slices.Repeat([]string{acknowledged}, first), files...))
	step := min(max(plotWidth/len(f.Trace), stepMin), stepMax)
	t := &timeline{
		Lanes: lanes, Bottom: laneTop + len(lanes)*laneHeight,
		Width: gutter + len(f.Trace)*step + crashWidth, CrashLabel: "end",
	}
	t.Height = t.Bottom + footerSpace
	if f.Crash > 0 {
		t.CrashX = gutter + len(f.Trace)*step + step/2
		t.CrashLabel = "power cut"
	}
	t.Acks = first > 0
	fates := map[string]int{}
	for i, op := range f.Trace {
		y := lanes[0].Y
		if !op.acknowledges() && len(files) > 0 {
			y = lanes[first+fileNumber(files, op.Path)].Y
		}
		m := markOf(op, gutter+i*step+step/2, y)
		m.Role = f.roleOf(op)
		t.Ringed = t.Ringed || m.Role == Missing
		t.Marks = append(t.Marks, m)
		fates[op.Fate]++
	}
	t.First, t.Last = t.Marks[0], t.Marks[len(t.Marks)-1]
	t.Summary = fmt.Sprintf("%s on %s: %d durable, %d kept, %d lost, %d torn. The table below lists all of them.",
		wording.Plural(len(f.Trace), "operation"), wording.Plural(len(files), "file"),
		fates["durable"], fates["kept"], fates["lost"], fates["torn"])
	return t
}

func markOf(op Op, x, y int) mark {
	label := fmt.Sprintf("tick %s: %s %s %s", wording.Grouped(op.Tick), op.Op, op.Path, op.Note)
	if op.Fate != "" {
		label += ", " + op.Fate
	}
	return mark{X: x, Y: y, Shape: shape(op), Tick: wording.Grouped(op.Tick), Label: wording.Visible(label)}
}

// shape names the symbol of an operation; the template defines one for each.
func shape(op Op) string {
	switch op.Fate {
	case "durable", "kept", "lost", "torn", "unseen":
		return op.Fate
	}
	switch isSync := strings.Contains(op.Op, "sync"); {
	case op.acknowledges():
		return "ack"
	case isSync && strings.Contains(op.Note, "injected"):
		return "badsync"
	case isSync:
		return "sync"
	}
	return "other"
}

// lanesOf gives each file a lane.
func lanesOf(files []string) []lane {
	lanes := make([]lane, len(files))
	for i, file := range files {
		lanes[i] = lane{Name: short(file), Path: file, Y: laneTop + i*laneHeight + laneHeight/2}
	}
	return lanes
}

// filesOf returns the files of a trace in order of appearance. If there are more than maxLanes, the last entry stands for all
// that do not have a lane of their own.
func filesOf(trace []Op) []string {
	var files []string
	for _, op := range trace {
		if file := fileOf(op.Path); file != "" && !slices.Contains(files, file) {
			files = append(files, file)
		}
	}
	if len(files) > maxLanes {
		files = append(lastUsed(files, trace, maxLanes-1), otherFiles)
	}
	return files
}

// lastUsed returns the n files used last, in the order of files: those matter most for a crash at the end.
func lastUsed(files []string, trace []Op, n int) []string {
	var last []string
	for i := len(trace) - 1; i >= 0 && len(last) < n; i-- {
		if file := fileOf(trace[i].Path); file != "" && !slices.Contains(last, file) {
			last = append(last, file)
		}
	}
	return slices.DeleteFunc(files, func(file string) bool { return !slices.Contains(last, file) })
}

// fileNumber returns the index in files of the file that an operation uses. A file that is not listed has the index of the
// last entry, which stands for other files.
func fileNumber(files []string, opPath string) int {
	if i := slices.Index(files, fileOf(opPath)); i >= 0 {
		return i
	}
	return len(files) - 1
}

// fileOf returns the file in whose lane an operation is drawn. For a rename it is the new name, for an exchange the second.
func fileOf(opPath string) string {
	for _, arrow := range []string{" -> ", " <-> "} {
		if _, to, ok := strings.Cut(opPath, arrow); ok {
			return to
		}
	}
	return opPath
}

// short returns the end of a name, which tells files apart better than the start.
func short(file string) string {
	name := []rune(wording.Visible(path.Base(file)))
	if len(name) > nameRunes {
		return "…" + string(name[len(name)-nameRunes+1:])
	}
	return string(name)
}

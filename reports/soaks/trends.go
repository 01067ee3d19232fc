package soaks

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/lightningdb/lightning-torture/reports/page"
	"github.com/lightningdb/lightning-torture/workloads/soak/distinct"
	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
)

// Trends collects the figures of a soak over time. The zero value is ready to use. It is not safe for concurrent use.
type Trends struct {
	since   time.Time
	images  int
	shapes  distinct.Set
	seconds float64 // searched since the last point of throughput
	opening float64 // part of seconds: the store recovered an image
	fresh   int     // images since the last point of throughput
	counted map[[2]int]bool
	series  map[string][]page.Point
}

// distinctShapes is the number of distinct shapes of crash points seen so far. Once it stops rising, continuing the
// soak shows little that is new.
const distinctShapes = "distinct shapes of crash points"

// plateau says how many of the distinct shapes are new in the second half of the time.
func plateau(points []page.Point) string {
	first, last := points[0], points[len(points)-1]
	before := first.Value
	for _, p := range points {
		if p.Hours <= (first.Hours+last.Hours)/2 {
			before = p.Value
		}
	}
	return fmt.Sprintf("%s of %s were new in the second half of this time", page.Number(last.Value-before), page.Number(last.Value))
}

// perPoint is how many seconds of searching go into one point of throughput; with fewer, the plot would show noise.
const perPoint = 60

// Add adds an event of the ledger. Events must be added in order; a cell that was already added is ignored.
func (t *Trends) Add(e *ledger.Event) {
	if t.series == nil {
		t.since, t.series, t.counted = e.Time, map[string][]page.Point{}, map[[2]int]bool{}
	}
	switch {
	case e.Cell != nil:
		key := [2]int{e.Cell.Lap, e.Cell.Cell}
		if t.counted[key] {
			return
		}
		t.counted[key] = true
		t.images += e.Cell.Images
		t.fresh += e.Cell.Images
		t.add(e, "crash images", float64(t.images))
		for _, shape := range e.Cell.Shapes {
			t.shapes.Add(shape)
		}
		if n := t.shapes.Len(); n > 0 {
			t.add(e, distinctShapes, float64(n))
		}
		t.opening += e.Cell.OpenSeconds
		if t.seconds += e.Cell.Seconds; t.seconds >= perPoint {
			t.add(e, "images a second", float64(t.fresh)/t.seconds)
			if t.opening > 0 && t.fresh > 0 {
				t.add(e, "milliseconds of a recovery", 1000*t.opening/float64(t.fresh))
			}
			t.seconds, t.opening, t.fresh = 0, 0, 0
		}
	case e.Life != nil:
		if e.Life.LiveBytes > 0 {
			t.add(e, "space amplification of the long-lived store", float64(e.Life.DiskBytes)/float64(e.Life.LiveBytes))
		}
		t.add(e, "files of the long-lived store", float64(e.Life.Files))
	case e.Sample != nil:
		for name, value := range e.Sample.Figures {
			t.add(e, name, value)
		}
	}
}

func (t *Trends) add(e *ledger.Event, name string, value float64) {
	t.series[name] = append(t.series[name], page.Point{Hours: e.Time.Sub(t.since).Hours(), Value: value})
}

// trendsPart plots every figure that has at least two points.
func trendsPart(s *Soak) page.Part {
	p := page.Part{ID: "trends", Title: "Trends", Key: "Figures over the time of the soak. Memory is in bytes."}
	for _, name := range slices.SortedFunc(maps.Keys(s.Trends.series), byImportance) {
		points := s.Trends.series[name]
		if len(points) < 2 {
			continue
		}
		plot := page.Plot{Title: name, Points: points}
		if name == distinctShapes {
			plot.Note = plateau(points)
		}
		for _, slope := range s.Slopes {
			if slope.Figure == name {
				plot.Note, plot.Bad = slope.Sentence, slope.Measurable && !slope.Flat
			}
		}
		p.Plots = append(p.Plots, plot)
	}
	return p
}

// byImportance sorts figures that the lab counts before measurements of processes, whose names contain a dot.
func byImportance(a, b string) int {
	counted := func(name string) int {
		if strings.Contains(name, ".") {
			return 1
		}
		return 0
	}
	if d := counted(a) - counted(b); d != 0 {
		return d
	}
	return strings.Compare(a, b)
}

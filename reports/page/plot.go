package page

import (
	"fmt"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads/torture/wording"
)

// Plot is a figure over time.
type Plot struct {
	Title  string
	Unit   string // shown after the values; may be empty
	Points []Point
	Note   string // what the plot shows; may be empty
	Bad    bool   // Note is bad news
}

// Point is a value at a time.
type Point struct {
	Hours float64 // since the start
	Value float64
}

// Sizes of a plot, in CSS pixels at its natural size.
const (
	plotPoints     = 240 // about as many as can be told apart
	trendWidth     = 320
	trendHeight    = 72
	trendMargin    = 6
	trendHeightAll = trendHeight + 2*trendMargin
)

// trend is a plot laid out.
type trend struct {
	Plot
	Line                     string // the points of a polyline
	First, Last, Least, Most string
	Span                     string // the duration
	Width, Height            int
}

// trendOf lays out a plot.
func trendOf(p Plot) trend {
	t := trend{Plot: p, Width: trendWidth, Height: trendHeightAll}
	if len(p.Points) == 0 {
		return t
	}
	least, most := p.Points[0].Value, p.Points[0].Value
	for _, at := range p.Points {
		least, most = min(least, at.Value), max(most, at.Value)
	}
	first, last := p.Points[0], p.Points[len(p.Points)-1]
	t.First, t.Last, t.Least, t.Most = Number(first.Value), Number(last.Value), Number(least), Number(most)
	t.Span = duration(last.Hours - first.Hours)
	var line strings.Builder
	step := max(1, len(p.Points)/plotPoints)
	for i := 0; i < len(p.Points); i += step {
		at := p.Points[i]
		x := trendMargin + (at.Hours-first.Hours)/max(last.Hours-first.Hours, 1e-9)*(trendWidth-2*trendMargin)
		y := trendMargin + trendHeight*0.5
		if most > least {
			y = trendMargin + (most-at.Value)/(most-least)*trendHeight
		}
		fmt.Fprintf(&line, "%.1f,%.1f ", x, y)
	}
	t.Line = strings.TrimSpace(line.String())
	return t
}

// duration formats hours: "20 min", "9.0 h", "3.1 days".
func duration(hours float64) string {
	switch {
	case hours < 1:
		return fmt.Sprintf("%.0f min", hours*60)
	case hours < 48:
		return fmt.Sprintf("%.1f h", hours)
	}
	return fmt.Sprintf("%.1f days", hours/24)
}

// Number formats a value with about three significant digits: "0.25", "412", "20,600", "1.20 G".
func Number(v float64) string {
	switch size := max(v, -v); {
	case size >= 1e9:
		return fmt.Sprintf("%.2f G", v/1e9)
	case size >= 1e6:
		return fmt.Sprintf("%.2f M", v/1e6)
	case size >= 1000:
		return wording.Grouped(int64(v))
	case size >= 100 || v == float64(int64(v)):
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

package progress

import (
	"fmt"
	"io"
	"time"
	"unicode/utf8"

	"github.com/lightningdb/lightning-torture/workloads/torture"
	"github.com/lightningdb/lightning-torture/workloads/torture/wording"
)

// Intervals between two lines. In a log, the interval grows with the length of the run.
const (
	redrawInterval  = 100 * time.Millisecond // on a terminal
	logInterval     = 3 * time.Second        // in a log, in the first minute
	longLogInterval = time.Minute            // in a log, after that
)

// Line shows the progress of one run. It is used by one goroutine. It takes the time from the progress, not from a
// clock.
type Line struct {
	W     io.Writer
	Width int  // the width of the terminal; 0: not a terminal
	Off   bool // shows nothing

	shown torture.Progress // the latest progress shown
	drawn bool             // a status line is on the terminal
}

// Show prints the progress if the last line is old enough. It ignores errors: standard error is the place to report them.
func (p *Line) Show(now torture.Progress) {
	if p.Off || now.Elapsed-p.shown.Elapsed < p.interval(now.Elapsed) {
		return
	}
	line := p.describe(now)
	if p.Width > 0 {
		fmt.Fprint(p.W, "\r\x1b[K"+cut(line, p.Width-1))
		p.drawn = true
	} else {
		fmt.Fprintln(p.W, line)
	}
	p.shown = now
}

func (p *Line) interval(elapsed time.Duration) time.Duration {
	switch {
	case p.Width > 0:
		return redrawInterval
	case elapsed > longLogInterval:
		return longLogInterval
	default:
		return logInterval
	}
}

// Clear removes the status line, so that the result stands alone.
func (p *Line) Clear() {
	if p.drawn {
		fmt.Fprint(p.W, "\r\x1b[K")
		p.drawn = false
	}
}

func (p *Line) describe(now torture.Progress) string {
	line := fmt.Sprintf("torture: elapsed %s, images %s (%s/s), crash points %s, runs %s, findings %s, unknown %s",
		clock(now.Elapsed), wording.Grouped(now.Images), wording.Grouped(rate(now.Images, now.Elapsed)), wording.Grouped(now.CrashPoints),
		wording.Grouped(now.Runs), wording.Grouped(now.Findings), wording.Grouped(now.Unknown))
	if now.Cells.Done < now.Cells.Owed {
		line += fmt.Sprintf(", quota %v cells", now.Cells)
	}
	if p.Width > 0 && now.Now != "" {
		return line + ", now " + now.Now
	}
	return line
}

func rate(n int, d time.Duration) int {
	if d <= 0 {
		return 0
	}
	return int(float64(n) / d.Seconds())
}

// clock formats a duration in its two largest units: 12s, 3m05s, 2h03m.
func clock(d time.Duration) string {
	s := int(d.Seconds())
	switch {
	case s < 60:
		return fmt.Sprintf("%ds", s)
	case s < 3600:
		return fmt.Sprintf("%dm%02ds", s/60, s%60)
	default:
		return fmt.Sprintf("%dh%02dm", s/3600, s/60%60)
	}
}

// cut shortens s to the width of a terminal.
func cut(s string, width int) string {
	if utf8.RuneCountInString(s) <= width {
		return s
	}
	return string([]rune(s)[:max(0, width-1)]) + "…"
}

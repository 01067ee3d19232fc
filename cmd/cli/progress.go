package cli

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// Intervals of progress. A terminal is redrawn in place; a log gets a line now and then, and fewer when nobody will
// read that many.
const (
	redrawEvery = 100 * time.Millisecond
	lineEvery   = 3 * time.Second
	lineLater   = time.Minute
)

// progress shows on standard error how far a run has come. It is used by one goroutine. It takes the time from what it
// is shown, not from a clock.
type progress struct {
	w     io.Writer
	width int // of the terminal; 0: not a terminal
	off   bool
	shown torture.Progress // what was shown last
	drawn bool             // a status line is on the terminal
}

func newProgress(t *tool, o *outputFlags) *progress {
	return &progress{w: t.stderr, width: t.width(t.stderr), off: o.quiet || o.noProgress}
}

// show tells the user about p, if it is time to. A failed write to standard error is nobody's news.
func (p *progress) show(now torture.Progress) {
	if p.off || now.Elapsed-p.shown.Elapsed < p.interval(now.Elapsed) {
		return
	}
	line := p.describe(now)
	if p.width > 0 {
		fmt.Fprint(p.w, "\r\x1b[K"+cut(line, p.width-1))
		p.drawn = true
	} else {
		fmt.Fprintln(p.w, line)
	}
	p.shown = now
}

func (p *progress) interval(elapsed time.Duration) time.Duration {
	switch {
	case p.width > 0:
		return redrawEvery
	case elapsed > lineLater:
		return lineLater
	default:
		return lineEvery
	}
}

// clear takes the status line away, so that the result stands alone.
func (p *progress) clear() {
	if p.drawn {
		fmt.Fprint(p.w, "\r\x1b[K")
		p.drawn = false
	}
}

func (p *progress) describe(now torture.Progress) string {
	line := fmt.Sprintf("torture: elapsed %s, images %s (%s/s), crash points %s, runs %s, findings %s, unknown %s",
		clock(now.Elapsed), count(now.Images), count(rate(now.Images, now.Elapsed)), count(now.CrashPoints),
		count(now.Runs), count(now.Findings), count(now.Unknown))
	if p.width > 0 && now.Now != "" {
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

// clock writes a duration in its two largest units: 12s, 3m05s, 2h03m.
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

// count writes n with commas between thousands.
func count(n int) string {
	digits := fmt.Sprint(n)
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return b.String()
}

// cut shortens s to the width of a terminal.
func cut(s string, width int) string {
	if utf8.RuneCountInString(s) <= width {
		return s
	}
	return string([]rune(s)[:max(0, width-1)]) + "…"
}

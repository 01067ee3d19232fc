package soak

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/lightningdb/lightning-torture/workloads/soak"
	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
	"github.com/lightningdb/lightning-torture/workloads/torture/wording"
)

// print prints a soak.
func print(out io.Writer, s *soak.Status, format string) error {
	if format == "json" {
		return encode(out, s)
	}
	_, err := io.WriteString(out, Summary(s))
	return err
}

// Summary returns a soak in words and figures.
func Summary(s *soak.Status) string {
	var b strings.Builder
	verdict := map[string]string{soak.Pass: "PASS", soak.Fail: "FAIL", soak.Inconclusive: "INCONCLUSIVE", soak.Blind: "BLIND"}[s.Verdict]
	fmt.Fprintf(&b, "%s  %s, campaign %s in %s\n", verdict, s.Engine, s.Campaign, s.Dir)
	for _, r := range s.Reasons {
		fmt.Fprintf(&b, "  - %s\n", r)
	}
	row := func(name, value, more string, args ...any) {
		fmt.Fprintf(&b, "  %-16s %-14s %s\n", name, value, fmt.Sprintf(more, args...))
	}
	t := &s.Totals
	b.WriteByte('\n')
	row("laps", wording.Grouped(t.Laps), "%s cells: %s passed, %s failed, %s unclear, %s lost", wording.Grouped(t.Cells), wording.Grouped(t.Passed),
		wording.Grouped(t.Failed), wording.Grouped(t.Unclear), wording.Grouped(t.Lost))
	if s.Verdict != soak.Blind {
		row("crash images", wording.Grouped(t.Images), "%s of crashes during recovery, %s profiles", wording.Grouped(t.Nested), wording.Grouped(len(t.Profiles)))
		row("crash points", wording.Grouped(t.CrashPoints), "of %s, %s exhaustive, in %s, %s", wording.Plural(t.Shapes, "shape"),
			wording.Grouped(t.Exhaustive), wording.Plural(t.Runs, "run"), wording.Plural(len(t.Goals), "dangerous situation"))
	}
	row("canary", fmt.Sprintf("%d of %d", s.Canary.Caught, s.Canary.Tried), "planted bugs found, last success: %s", moment(s.Canary.Last))
	if s.Life.Lives > 0 {
		l := &s.Life
		row("long-lived store", wording.Grouped(l.Cuts), "power cuts, %s operations; %s keys, %s files now", wording.Grouped(l.Ops),
			wording.Grouped(l.Last.Keys), wording.Grouped(l.Last.Files))
	}
	var states []string
	for _, state := range ledger.States() {
		states = append(states, fmt.Sprintf("%d %s", s.ByState(state, nil), state))
	}
	row("findings", fmt.Sprint(len(s.Findings)), "%s", strings.Join(states, ", "))
	row("starts", fmt.Sprint(t.Starts), "%d processes ended before their time", t.Deaths)
	for _, f := range s.Findings {
		finding(&b, s, &f)
	}
	slopes(&b, s)
	return b.String()
}

func finding(b *strings.Builder, s *soak.Status, f *ledger.Finding) {
	mark := "✗"
	if f.State == ledger.Resolved {
		mark = "✓"
	}
	fmt.Fprintf(b, "\n%s %s  %s  %s\n", mark, f.ID, f.State, f.Sentence)
	if v, ok := s.Known[f.ID]; ok {
		until := ""
		if v.Until != "" {
			until = " until " + v.Until
		}
		fmt.Fprintf(b, "  known%s  %s %s\n", until, v.Reason, v.Link)
	}
	fmt.Fprintf(b, "  first    %s, lap %d, build %s\n", moment(f.First.Time), f.First.Lap, f.First.Build)
	fmt.Fprintf(b, "  last     %s, lap %d, build %s; in %d laps, %s images, shown in %d of %d replays\n", moment(f.Last.Time), f.Last.Lap, f.Last.Build, f.Laps,
		wording.Grouped(f.Images), f.Hits, f.Attempts)
	if f.Token != "" {
		fmt.Fprintf(b, "  replay   %s\n", f.Token)
	}
	if file := s.Evidence(f); file != "" {
		fmt.Fprintf(b, "  saved    %s\n", file)
	}
}

func slopes(b *strings.Builder, s *soak.Status) {
	if len(s.Slopes) == 0 {
		return
	}
	fmt.Fprintf(b, "\n  %-28s %12s %14s   %-26s\n", "figure", "median", "slope an hour", "95 % confidence")
	short := slices.DeleteFunc(slices.Clone(s.Slopes), func(l soak.Slope) bool { return l.Measurable })
	for _, l := range s.Slopes {
		what := "flat"
		switch {
		case !l.Measurable:
			what = "not judged"
		case !l.Flat:
			what = "NOT FLAT"
		}
		fmt.Fprintf(b, "  %-28s %12s %14s   %-26s %s\n", l.Figure, number(l.Median), number(l.PerHour), number(l.Low)+" to "+number(l.High), what)
	}
	if len(short) > 0 {
		fmt.Fprintf(b, "\n  %s not judged; %s: %s\n", wording.Plural(len(short), "figure"), short[0].Figure, short[0].Sentence)
	}
}

// number formats a figure with three digits and a unit for thousands.
func number(x float64) string {
	sign := ""
	if x < 0 {
		sign, x = "-", -x
	}
	for _, unit := range []string{"", "k", "M"} {
		if x < 1000 {
			return fmt.Sprintf("%s%.3g%s", sign, x, unit)
		}
		x /= 1000
	}
	return fmt.Sprintf("%s%.3gG", sign, x)
}

func moment(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.UTC().Format("2006-01-02 15:04:05")
}

// lines shows the progress of a soak on standard error.
type lines struct {
	w     io.Writer
	mu    sync.Mutex
	shown time.Time
}

// say shows a line.
func (l *lines) say(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Fprintln(l.w, "soak: "+text)
}

const showInterval = 10 * time.Second

// show shows a status if the last one is old enough.
func (l *lines) show(s *soak.Status) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if s.Now.Sub(l.shown) < showInterval {
		return
	}
	l.shown = s.Now
	open := slices.DeleteFunc(slices.Clone(s.Findings), func(f ledger.Finding) bool { return f.State == ledger.Resolved })
	fmt.Fprintf(l.w, "soak: %s; %s laps, %s images, %d findings, %s power cuts of the long-lived store\n", doing(s), wording.Grouped(s.Totals.Laps),
		wording.Grouped(s.Totals.Images), len(open), wording.Grouped(s.Life.Cuts))
}

// doing says what a soak is doing: "lap 0, register × eio, cell 2 of 55". Before its first lap, there are no cells.
func doing(s *soak.Status) string {
	if s.CellsOf == 0 {
		return s.Doing
	}
	return fmt.Sprintf("%s, cell %d of %d", s.Doing, s.Cell, s.CellsOf)
}

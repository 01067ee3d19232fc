package programs

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/torture/wording"
)

// callsShown is how many operations of the disk a finding shows as text; its file has more.
const callsShown = 12

// nameBytes is the longest command line that a report repeats.
const nameBytes = 80

// Report is the result of a search, and how it was made.
type Report struct {
	Verdict string `json:"verdict"` // "pass", "fail" or "inconclusive"; only JSON sets it
	*program.Result
	Seconds float64 `json:"seconds"` // of the search and the recording
	Binary  string  `json:"-"`       // how the command is called, for lines to paste
	Sweep   *Sweep  `json:"sweep,omitempty"`
}

// Sweep is the schedules on which a program ran, if they follow from seeds.
type Sweep struct {
	Seed    uint64 `json:"seed"`    // that of the findings, if there are any
	Seeds   int    `json:"seeds"`   // how many were run
	Courses int    `json:"courses"` // how many of them did something else to the disk
	Nested  int    `json:"nested"`  // crashes during recovery, beside those of the tally
	// Switches of goroutines suffice for the findings, of so many that the seed makes; 0: that is not known.
	Switches uint64 `json:"switches,omitempty"`
	Of       uint64 `json:"of,omitempty"`
}

// Verdict returns PASS, FAIL or INCONCLUSIVE.
func Verdict(r *program.Result) string {
	switch {
	case len(r.Findings) > 0:
		return "FAIL"
	case r.Passed:
		return "PASS"
	}
	return "INCONCLUSIVE"
}

// JSON writes a report as one object on one line.
func JSON(w io.Writer, r *Report) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	result := *r.Result
	result.Findings = slices.Clone(result.Findings)
	if result.Findings == nil {
		result.Findings = []program.Finding{}
	}
	for i := range result.Findings {
		if f := &result.Findings[i]; f.Output == nil {
			f.Output = []string{}
		}
	}
	full := *r
	full.Verdict, full.Result = strings.ToLower(Verdict(r.Result)), &result
	return enc.Encode(full)
}

// Text writes a report for people.
func Text(w io.Writer, r *Report) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s  %s\n\n", Verdict(r.Result), sentence(r.Result))
	table := tabwriter.NewWriter(&b, 0, 0, 3, ' ', 0)
	for _, row := range figures(r) {
		fmt.Fprintf(table, "  %s\t%s\t%s\n", row[0], row[1], wording.Visible(row[2]))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for i := range r.Findings {
		fmt.Fprintf(&b, "\n✗ %d  %s\n", i+1, strings.Join(finding(&r.Findings[i], r.Binary), "\n"))
	}
	_, err := w.Write(b.Bytes())
	return err
}

// sentence says in words what came out.
func sentence(r *program.Result) string {
	name := nameOf(r)
	switch {
	case len(r.Findings) > 0:
		return fmt.Sprintf("%s of %s were wrong, in %s.", wording.Grouped(r.Tally.Failed), wording.Plural(r.Tally.Images+r.Tally.Repeated, "crash image"),
			wording.Plural(len(r.Findings), "way"))
	case r.Passed:
		return fmt.Sprintf("%s kept what it had acknowledged in every one of %s crash images.", name, wording.Grouped(r.Tally.Images+r.Tally.Repeated))
	}
	return wording.Visible(r.Inconclusive)
}

// nameOf returns the command line of the program if it is short.
func nameOf(r *program.Result) string {
	name := wording.Visible(strings.Join(r.Program, " "))
	if len(name) > nameBytes || name == "" {
		return "the program"
	}
	return name
}

func figures(r *Report) [][3]string {
	t := &r.Tally
	rate := wording.Grouped(int(float64(t.Images) / max(r.Seconds, 0.001)))
	rows := [][3]string{
		{"crash images", wording.Grouped(t.Images + t.Repeated), fmt.Sprintf("%s recovered, %s a second; the others had the contents of one of them", wording.Grouped(t.Images), rate)},
		{"crash points", wording.Grouped(t.Points), fmt.Sprintf("%s exhaustive, %s sampled", wording.Grouped(t.Exhaustive), wording.Grouped(t.Sampled))},
		{"at stake", wording.Grouped(t.AtStake), "crash points after an acknowledgement at which something was not durable"},
		{"acknowledged", wording.Grouped(r.Acks), fmt.Sprintf("lines, in %s of the disk", wording.Plural(r.Ops, "operation"))},
		{"bytes lost", wording.Grouped(t.LostBytes), "unsynced, dropped"},
		{"profile", r.Profile, r.Device},
	}
	if r.Sweep != nil {
		text := "different at the disk, from " + wording.Plural(r.Sweep.Seeds, "seed")
		if len(r.Findings) > 0 {
			text += fmt.Sprintf("; the findings are on that of seed %d", r.Sweep.Seed)
		}
		if r.Sweep.Nested > 0 {
			rows = append(rows, [3]string{"nested crashes", wording.Grouped(r.Sweep.Nested), "during recovery"})
		}
		rows = append(rows, [3]string{"schedules", wording.Grouped(r.Sweep.Courses), text})
		if s := r.Sweep; s.Switches > 1 { // one is as good as none
			rows = append(rows, [3]string{"shrunk", fmt.Sprint(s.Switches), fmt.Sprintf("switches of goroutines lead up to it, of the %d that the seed makes", s.Of)})
		}
	}
	if t.Nested > 0 {
		rows = append(rows, [3]string{"nested crashes", wording.Grouped(t.Nested), "during recovery"})
	}
	if t.Skipped > 0 {
		rows = append(rows, [3]string{"skipped", wording.Grouped(t.Skipped), "images about which the checker had no opinion"})
	}
	if t.Strayed > 0 {
		rows = append(rows, [3]string{"strayed", wording.Grouped(t.Strayed), "recoveries that did not do the same on the same disk"})
	}
	if len(r.Refused) > 0 {
		rows = append(rows, [3]string{"refused", fmt.Sprint(len(r.Refused)), "the program asked for " + strings.Join(r.Refused, "; and for ")})
	}
	if r.Ended != "" {
		rows = append(rows, [3]string{"program", "failed", "it " + r.Ended})
	}
	return rows
}

// where says where a finding was seen.
func where(f *program.Finding) string {
	text := fmt.Sprintf("recovery: under %s, power cut at tick %s", f.Profile, wording.Grouped(f.Tick))
	if f.Acked > 0 {
		text += fmt.Sprintf(", after %s, the last %q", wording.Plural(f.Acked, "acknowledgement"), f.LastAck)
	}
	return text + ", seen " + wording.Plural(f.Count, "time")
}

// notes returns what else there is to say about a finding, each with a label.
func notes(f *program.Finding) (all [][2]string) {
	if f.Shrunk != nil {
		all = append(all, [2]string{"shrunk", f.Shrunk.Sentence})
	}
	if f.ProfilesSentence != "" {
		all = append(all, [2]string{"profiles", f.ProfilesSentence})
	}
	if f.Shown < f.ShownOf {
		all = append(all, [2]string{"shown", fmt.Sprintf("in %d of %d further recoveries of the same image: recovery does not repeat", f.Shown, f.ShownOf)})
	}
	return all
}

// replay is the line to paste that shows a finding again.
func replay(f *program.Finding, binary string) string {
	return cmp.Or(binary, "lightning-torture") + " replay " + f.File
}

// finding returns a finding as lines of text.
func finding(f *program.Finding, binary string) []string {
	lines := []string{wording.Visible(f.Sentence), wording.Visible("  " + where(f))}
	add := func(label, text string) {
		lines = append(lines, fmt.Sprintf("  %-8s %s", label, wording.Visible(text)))
	}
	if f.Explanation != nil {
		add("why", f.Explanation.Sentence)
	}
	for _, note := range notes(f) {
		add(note[0], note[1])
	}
	for _, line := range f.Output {
		lines = append(lines, "    "+wording.Visible(line))
	}
	lines = append(lines, callLines(f.Calls)...)
	if f.Nested != nil {
		lines = append(lines, fmt.Sprintf("  then a recovery, and power cut at its operation %d", f.Nested.Tick))
		lines = append(lines, callLines(f.Nested.Calls)...)
	}
	if f.File != "" {
		add("replay", replay(f, binary))
	}
	return lines
}

// callLines returns the last operations of the disk as lines of text.
func callLines(calls []program.Call) (lines []string) {
	for _, c := range calls[max(0, len(calls)-callsShown):] {
		lines = append(lines, wording.Visible(strings.TrimRight(fmt.Sprintf("  %8d %-8s %s", c.Tick, c.Fate, c.Text), " ")))
	}
	return lines
}

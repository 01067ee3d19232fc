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

// callsShown is the number of filesystem operations shown with a finding; its file has more.
const callsShown = 12

// nameBytes is the length of the longest command line that a report repeats.
const nameBytes = 80

// Report is the result of torturing a program, and how it was obtained.
type Report struct {
	Verdict string `json:"verdict"` // "pass", "fail" or "inconclusive"
	*program.Result
	Seconds float64 `json:"seconds"` // time taken by recording and search
	Binary  string  `json:"-"`       // how the command is called in lines to paste
	Sweep   *Sweep  `json:"sweep,omitempty"`
}

// Sweep describes the schedules under which a program ran, if they are derived from seeds.
type Sweep struct {
	Seed     uint64 `json:"seed"`               // the seed of the findings, if there are any
	Seeds    int    `json:"seeds"`              // seeds run
	Courses  int    `json:"courses"`            // distinct sequences of filesystem operations among them
	Nested   int    `json:"nested"`             // crashes during recovery, in addition to those of the tally
	Switches uint64 `json:"switches,omitempty"` // goroutine switches that suffice for the findings; 0: unknown
	Of       uint64 `json:"of,omitempty"`       // goroutine switches under the full schedule of the seed
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

// JSON writes a report as one object on one line. It fills in the verdict.
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

// Text writes a report for a terminal.
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

// sentence returns the result in one sentence.
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

// nameOf returns the command line of the program, or "the program" if it is too long.
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
		{"crash images", wording.Grouped(t.Images + t.Repeated), fmt.Sprintf("%s recovered, %s a second; the others had the same contents as one of these", wording.Grouped(t.Images), rate)},
		{"crash points", wording.Grouped(t.Points), fmt.Sprintf("%s exhaustive, %s sampled", wording.Grouped(t.Exhaustive), wording.Grouped(t.Sampled))},
		{"at stake", wording.Grouped(t.AtStake), "crash points after an acknowledgement at which something was not yet durable"},
		{"acknowledged", wording.Grouped(r.Acks), fmt.Sprintf("lines, in %s of the disk", wording.Plural(r.Ops, "operation"))},
		{"bytes lost", wording.Grouped(t.LostBytes), "unsynced, dropped"},
		{"profile", r.Profile, r.Device},
	}
	if r.Sweep != nil {
		text := "with distinct filesystem operations, from " + wording.Plural(r.Sweep.Seeds, "seed")
		if len(r.Findings) > 0 {
			text += fmt.Sprintf("; the findings are those of seed %d", r.Sweep.Seed)
		}
		if r.Sweep.Nested > 0 {
			rows = append(rows, [3]string{"nested crashes", wording.Grouped(r.Sweep.Nested), "during recovery"})
		}
		rows = append(rows, [3]string{"schedules", wording.Grouped(r.Sweep.Courses), text})
		if s := r.Sweep; s.Switches > 1 { // a single switch says no more than none
			rows = append(rows, [3]string{"shrunk", fmt.Sprint(s.Switches), fmt.Sprintf("goroutine switches lead to it, of %d under this seed", s.Of)})
		}
	}
	if t.Nested > 0 {
		rows = append(rows, [3]string{"nested crashes", wording.Grouped(t.Nested), "during recovery"})
	}
	if t.Skipped > 0 {
		rows = append(rows, [3]string{"skipped", wording.Grouped(t.Skipped), "images for which the checker gave no verdict"})
	}
	if t.Strayed > 0 {
		rows = append(rows, [3]string{"strayed", wording.Grouped(t.Strayed), "recoveries that behaved differently on the same disk"})
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
	if b := f.Blocks; b != nil {
		text = fmt.Sprintf("recovery: by %s, power cut after flush %s, with nothing lost that was written since then", b.Filesystem, wording.Grouped(b.Flush))
		if n := len(b.Lost); n > 0 {
			text = fmt.Sprintf("recovery: by %s, power cut after flush %s, with %d of %s since then lost",
				b.Filesystem, wording.Grouped(b.Flush), n, wording.Plural(b.Pending, "write"))
		}
	}
	if f.Acked > 0 {
		text += fmt.Sprintf(", after %s, the last %q", wording.Plural(f.Acked, "acknowledgement"), f.LastAck)
	}
	return text + ", seen " + wording.Plural(f.Count, "time")
}

// notes returns what else there is to say about a finding, each with a label.
func notes(f *program.Finding) (all [][2]string) {
	if s := f.Steps; s != nil {
		all = append(all, [2]string{"steps", steps(s)})
	}
	if f.Shrunk != nil {
		all = append(all, [2]string{"shrunk", f.Shrunk.Sentence})
	}
	if f.ProfilesSentence != "" {
		all = append(all, [2]string{"profiles", f.ProfilesSentence})
	}
	if f.Shown < f.ShownOf {
		all = append(all, [2]string{"shown", fmt.Sprintf("in %d of %d further recoveries of the same image: recovery is not repeatable", f.Shown, f.ShownOf)})
	}
	return all
}

// steps says how many steps of the program suffice.
func steps(s *program.Steps) string {
	text := fmt.Sprintf("%d suffice in place of %d", s.Fewest, s.Given)
	if s.Fewest == 1 {
		text = fmt.Sprintf("1 suffices in place of %d", s.Given)
	}
	if s.Fewest == s.Given {
		text = fmt.Sprintf("%d; with fewer, it was not found again", s.Given)
	}
	if !s.Least {
		text += fmt.Sprintf("; fewer may suffice, but time ran out after %s", wording.Plural(s.Tries, "attempt"))
	}
	return text
}

// replay returns the command line that reproduces a finding.
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
		lines = append(lines, "    "+wording.Visible(strings.ReplaceAll(line, "\t", "  ")))
	}
	lines = append(lines, callLines(f.Calls)...)
	if f.Nested != nil {
		lines = append(lines, fmt.Sprintf("  then recovery, and a power cut at its operation %d", f.Nested.Tick))
		lines = append(lines, callLines(f.Nested.Calls)...)
	}
	if f.File != "" {
		add("replay", replay(f, binary))
	}
	return lines
}

// callLines returns the last filesystem operations as lines of text.
func callLines(calls []program.Call) (lines []string) {
	for _, c := range calls[max(0, len(calls)-callsShown):] {
		line := fmt.Sprintf("  %8d %-8s %s", c.Tick, c.Fate, c.Text)
		if c.Source != "" {
			line += "  at " + c.Source
		}
		lines = append(lines, wording.Visible(strings.TrimRight(line, " ")))
	}
	return lines
}

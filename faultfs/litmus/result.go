package litmus

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// Result is the result of checking programs under profiles.
type Result struct {
	Version  int   `json:"version"` // version of the JSON form: 1
	Programs int   `json:"programs"`
	Profiles int   `json:"profiles"`
	Wrong    int   `json:"wrong"` // number of verdicts that are not right
	Rows     []Row `json:"rows"`

	profiles []faultfs.Profile
}

// Row has the verdicts on one program, one for each profile.
type Row struct {
	ID       string    `json:"id"`
	Title    string    `json:"title"`
	Verdicts []Verdict `json:"verdicts"`

	program Program
}

// CheckAll checks every program under every profile.
func CheckAll(programs []Program, profiles []faultfs.Profile) (*Result, error) {
	r := &Result{Version: 1, Programs: len(programs), Profiles: len(profiles), profiles: profiles}
	for _, p := range programs {
		row := Row{ID: p.ID, Title: p.Title, program: p}
		for _, profile := range profiles {
			v, err := Check(p, profile)
			if err != nil {
				return nil, err
			}
			if !v.Right() {
				r.Wrong++
			}
			row.Verdicts = append(row.Verdicts, v)
		}
		r.Rows = append(r.Rows, row)
	}
	return r, nil
}

// JSON writes the result as one line.
func JSON(w io.Writer, r *Result) error { return json.NewEncoder(w).Encode(r) }

// Detail says how much Text prints.
type Detail uint8

// The levels of detail.
const (
	Brief Detail = iota // the table and what is wrong
	Full                // also every program with its steps, sources and outcomes
)

// Text writes a readable result: a table with the number of outcomes of each program under each profile, and what is
// wrong.
func Text(w io.Writer, r *Result, detail Detail) error {
	var b strings.Builder
	if detail == Full {
		for _, row := range r.Rows {
			row.describe(&b)
		}
	}
	r.table(&b)
	for _, row := range r.Rows {
		for _, v := range row.Verdicts {
			v.explain(&b, row.ID)
		}
	}
	r.conclude(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

func (r *Result) table(b *strings.Builder) {
	const wrong = "wrong"
	b.WriteString("outcomes")
	for _, p := range r.profiles {
		fmt.Fprintf(b, "  %*s", len(wrong), p.Name)
	}
	for _, row := range r.Rows {
		fmt.Fprintf(b, "\n%-8s", row.ID)
		for _, v := range row.Verdicts {
			cell := fmt.Sprint(v.Outcomes)
			if !v.Right() {
				cell = wrong
			}
			fmt.Fprintf(b, "  %*s", max(len(v.Profile), len(wrong)), cell)
		}
	}
	b.WriteString("\n")
}

// explain lists the outcomes that only the model or only the file has.
func (v *Verdict) explain(b *strings.Builder, program string) {
	if v.Right() {
		return
	}
	fmt.Fprintf(b, "\n%s under %s: the model and the file disagree\n", program, v.Profile)
	for _, outcome := range v.Missing {
		fmt.Fprintf(b, "  missing  %s\n", outcome)
	}
	for _, outcome := range v.Extra {
		fmt.Fprintf(b, "  extra    %s\n", outcome)
	}
}

func (r *Result) conclude(b *strings.Builder) {
	all := fmt.Sprintf("%s under %s", count(r.Programs, "program"), count(r.Profiles, "profile"))
	if r.Wrong == 0 {
		fmt.Fprintf(b, "\n%s: the model leaves exactly what the files list.\n", all)
		return
	}
	fmt.Fprintf(b, "\n%s: %d wrong. Missing outcomes are in the file but the model never leaves them; extra ones are the reverse.\n",
		all, r.Wrong)
}

func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

// describe prints a program with everything that its file says about the requested profiles.
func (r *Row) describe(b *strings.Builder) {
	fmt.Fprintf(b, "%s  %s\n", r.ID, r.Title)
	for _, source := range r.program.Sources {
		fmt.Fprintf(b, "  source  %s\n", source)
	}
	for i, steps := range [][]Step{r.program.Before, r.program.Steps} {
		for _, s := range steps {
			fmt.Fprintf(b, "  %-7s %s\n", [...]string{"setup", "step"}[i], s.text)
		}
	}
	for _, v := range r.Verdicts {
		outcomes, _ := r.program.Allowed(v.Profile)
		for i, outcome := range outcomes {
			fmt.Fprintf(b, "  %-14s  %s\n", [...]string{v.Profile, ""}[cmp.Compare(i, 0)], outcome)
		}
	}
	b.WriteString("\n")
}

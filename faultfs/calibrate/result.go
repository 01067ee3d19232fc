package calibrate

import (
	"slices"

	"github.com/lightningdb/lightning-torture/faultfs/litmus"
)

// Result is the result of a matrix of programs and filesystems. Its JSON form is stable: fields are added, never
// renamed.
type Result struct {
	Version int    `json:"version"` // the version of this format: 1
	Kernel  string `json:"kernel"`  // its release, such as "6.18.44"
	Cells   []Cell `json:"cells"`   // by filesystem, then by program
}

// Cell is one program on one filesystem.
type Cell struct {
	Program    string     `json:"program"` // ID
	Title      string     `json:"title"`
	Filesystem string     `json:"filesystem"` // the profile that it is compared with
	Allowed    litmus.Set `json:"allowed"`    // outcomes that the model allows
	Seen       []Sight    `json:"seen"`       // every different outcome, in order of appearance
	States     int        `json:"states"`     // number of different disks mounted
	Skipped    string     `json:"skipped,omitempty"`
}

// Sight is an outcome that a real filesystem left, with details of its first occurrence.
type Sight struct {
	Outcome string   `json:"outcome"`
	As      string   `json:"as,omitempty"` // the allowed outcome that it matches; empty if there is none
	States  int      `json:"states"`       // number of disks that showed it
	Plan    string   `json:"plan"`         // when the kernel wrote
	State   string   `json:"state"`        // what of the log survived
	Log     []string `json:"log,omitempty"`
	Image   string   `json:"image,omitempty"` // file to which the disk was saved
}

// Unexpected reports whether the model does not allow the outcome.
func (s Sight) Unexpected() bool { return s.As == "" }

// see counts an outcome. It returns the sight if this is its first occurrence, and nil otherwise.
func (c *Cell) see(outcome string) (first *Sight) {
	c.States++
	for i := range c.Seen {
		if c.Seen[i].Outcome == outcome {
			c.Seen[i].States++
			return nil
		}
	}
	as, _ := allowed(c.Allowed, outcome)
	c.Seen = append(c.Seen, Sight{Outcome: outcome, As: as, States: 1})
	return &c.Seen[len(c.Seen)-1]
}

// Unexpected returns the outcomes that were seen but are not allowed.
func (c *Cell) Unexpected() []Sight {
	return slices.DeleteFunc(slices.Clone(c.Seen), func(s Sight) bool { return !s.Unexpected() })
}

// Unseen returns the outcomes that are allowed but were not seen.
func (c *Cell) Unseen() (unseen []string) {
	for _, outcome := range c.Allowed {
		if !slices.ContainsFunc(c.Seen, func(s Sight) bool { return s.As == outcome }) {
			unseen = append(unseen, outcome)
		}
	}
	return unseen
}

// Unexpected returns the number of outcomes that were seen but are not allowed.
func (r *Result) Unexpected() (n int) {
	for i := range r.Cells {
		n += len(r.Cells[i].Unexpected())
	}
	return n
}

// States returns the number of disks mounted.
func (r *Result) States() (n int) {
	for i := range r.Cells {
		n += r.Cells[i].States
	}
	return n
}

// cell returns the cell of a program and a filesystem, or nil.
func (r *Result) cell(program, filesystem string) *Cell {
	for i := range r.Cells {
		if c := &r.Cells[i]; c.Program == program && c.Filesystem == filesystem {
			return c
		}
	}
	return nil
}

// programs and filesystems return the rows and columns of the matrix, in order, each once.
func (r *Result) programs() []string {
	return r.distinct(func(c *Cell) string { return c.Program })
}

func (r *Result) filesystems() []string {
	return r.distinct(func(c *Cell) string { return c.Filesystem })
}

func (r *Result) distinct(of func(*Cell) string) (all []string) {
	for i := range r.Cells {
		if word := of(&r.Cells[i]); !slices.Contains(all, word) {
			all = append(all, word)
		}
	}
	return all
}

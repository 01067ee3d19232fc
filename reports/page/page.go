package page

import "github.com/lightningdb/lightning-torture/checker"

// Page is the content of a page.
type Page struct {
	Subject    string   // what was tested, for the title
	Facts      []string // for the header: what was tested, how, for how long
	Started    Moment   // shown after Facts
	Verdict    checker.Verdict
	Word       string   // the verdict as a heading
	Claim      string   // what the verdict means, in one sentence
	Caveats    []string // sentences shown next to the verdict
	Findings   []Finding
	LeftOut    int // number of findings that are not on the page
	Figures    []Figure
	Untested   []string // what was not tested, one sentence each
	Confidence string   // how much a pass proves
	Parts      []Part
	Provenance []Fact
}

// Moment is a time for machines and for people.
type Moment struct{ RFC3339, Text string }

// Figure is one number.
type Figure struct {
	Label string
	Value string
	Note  string // explains the number; may be empty
	Bad   bool   // the number itself is a broken promise
}

// Fact is a line of the provenance.
type Fact struct {
	Label string
	Text  string
	Code  bool
	Wide  bool // on a line of its own
}

// Part is a section below the figures.
type Part struct {
	ID      string // of the element; unique on the page
	Title   string
	Key     string   // explains what is shown; may be empty
	List    []Item   // shown before the tables
	Figures []Figure // shown before the tables
	Plots   []Plot   // shown before the tables
	Courses []Course // shown before the tables
	Tables  []Table
}

// Item is an entry of a list.
type Item struct{ Name, Text string }

package page

import "github.com/lightningdb/lightning-torture/checker"

// Page is what a page shows.
type Page struct {
	Subject    string   // what was tested, for the title
	Facts      []string // in the head: what was tested, how, for how long
	Started    Moment   // when, after Facts
	Verdict    checker.Verdict
	Word       string // the verdict as a heading
	Claim      string // what it means, in one sentence
	Caveats    []string
	Findings   []Finding
	LeftOut    int // findings that are not on the page
	Figures    []Figure
	Untested   []string
	Confidence string
	Parts      []Part
	Provenance []Fact
}

// Moment is a time for machines and for people.
type Moment struct{ RFC3339, Text string }

// Figure is one number.
type Figure struct {
	Label string
	Value string
	Note  string // what the number is made of; may be empty
	Bad   bool   // the number itself is a broken promise
}

// Fact is a line of the provenance.
type Fact struct {
	Label string
	Text  string
	Code  bool
	Wide  bool // takes a line of its own
}

// Part is a section below the figures.
type Part struct {
	ID      string // of the element; unique on the page
	Title   string
	Key     string   // a sentence on what is shown; may be empty
	List    []Item   // shown before the tables
	Figures []Figure // shown before the tables
	Plots   []Plot   // shown before the tables
	Courses []Course // shown before the tables
	Tables  []Table
}

// Item is an entry of a list.
type Item struct{ Name, Text string }

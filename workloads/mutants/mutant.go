package mutants

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// Mutant is one planted bug.
type Mutant struct {
	Name      string   // the file name without its extension: "01-sst-without-sync"
	Class     string   // the kind of promise it breaks: "durability", "isolation", ...
	Bug       string   // the real bug that it imitates
	Reference string   // where that bug is described in public; "none known" if nowhere
	KilledBy  string   // which workload, fault and judge should find it, and how
	Flags     []string // what to add to the lab's command line
	Edits     []Edit   // at least one
}

// Edit replaces whole lines of one file.
type Edit struct {
	File string // slash-separated, relative to the root of the module
	Line int    // where the edit stands in the mutant's file, from 1
	Old  string // the lines to find, each with its newline
	New  string // the lines to put there; empty removes the old ones
}

// Load reads every mutant of a directory, in the order of their names. The error of a bad file is ErrFormat; an empty
// directory is one too, because testing with no mutants would look like success.
func Load(dir fs.FS) ([]Mutant, error) {
	names, err := fs.Glob(dir, "*.mutant")
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%w: no *.mutant files", ErrFormat)
	}
	all := make([]Mutant, 0, len(names))
	for _, name := range names {
		text, err := fs.ReadFile(dir, name)
		if err != nil {
			return nil, fmt.Errorf("mutants: %w", err)
		}
		m, err := Parse(strings.TrimSuffix(path.Base(name), ".mutant"), string(text))
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, nil
}

// Select returns the mutants whose name is only, with or without its number; an empty string selects all. The error is
// ErrUnknown if there is none.
func Select(all []Mutant, only string) ([]Mutant, error) {
	if only == "" {
		return all, nil
	}
	var chosen []Mutant
	for _, m := range all {
		if _, unnumbered, _ := strings.Cut(m.Name, "-"); m.Name == only || unnumbered == only {
			chosen = append(chosen, m)
		}
	}
	if len(chosen) == 0 {
		return nil, fmt.Errorf("%w: %q", ErrUnknown, only)
	}
	return chosen, nil
}

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
	Class     string   // the kind of promise it breaks, such as "durability" or "isolation"
	Bug       string   // the real bug that it imitates
	Reference string   // where that bug is described publicly; "none known" if nowhere
	KilledBy  string   // which workload, fault and judge should find it, and how
	Flags     []string // for the lab's command line
	Edits     []Edit   // at least one
}

// Edit replaces whole lines of one file.
type Edit struct {
	File string // slash-separated, relative to the root of the module
	Line int    // line of the edit in the mutant's file, counting from 1
	Old  string // the lines to replace, each with its newline
	New  string // the new lines; empty removes the old ones
}

// Load reads all mutants of a directory in the order of their names. It returns ErrFormat for a malformed file, and
// also for a directory without mutants, which would otherwise look like success.
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

// Select returns the mutants with the given names, which are separated by commas and may omit the number. An empty
// string selects all. It returns ErrUnknown if no mutant has one of the names.
func Select(all []Mutant, only string) ([]Mutant, error) {
	if only == "" {
		return all, nil
	}
	var chosen []Mutant
	for name := range strings.SplitSeq(only, ",") {
		before := len(chosen)
		for _, m := range all {
			if _, unnumbered, _ := strings.Cut(m.Name, "-"); m.Name == name || unnumbered == name {
				chosen = append(chosen, m)
			}
		}
		if len(chosen) == before {
			return nil, fmt.Errorf("%w: %q", ErrUnknown, name)
		}
	}
	return chosen, nil
}

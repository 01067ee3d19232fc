package litmus

import (
	"cmp"
	"embed"
	"io/fs"
	"path"
	"slices"
)

// Program is one litmus test: what is done to a disk before power is cut, and what may be found afterwards.
type Program struct {
	ID      string   // such as "L03"
	Title   string   // one line for people
	Sources []string // origin of the outcomes: documents, kernel tests, papers
	Before  []Step   // prepares the disk on which the program starts; all of it becomes durable
	Steps   []Step   // the program; power is cut after its last step
	allowed []allowed
}

// allowed is what one profile may leave behind.
type allowed struct {
	profile  string
	outcomes Set
}

// Allowed returns all outcomes that the file allows under a profile, and whether it says anything about that profile.
func (p *Program) Allowed(profile string) (Set, bool) {
	for _, a := range p.allowed {
		if a.profile == profile {
			return a.outcomes, true
		}
	}
	return nil, false
}

// Profiles returns the names of the profiles in the file, in its order.
func (p *Program) Profiles() []string {
	var names []string
	for _, a := range p.allowed {
		names = append(names, a.profile)
	}
	return names
}

// observations returns the number of observations that the program makes before power is cut.
func (p *Program) observations() (n int) {
	for _, s := range p.Steps {
		if verbs[s.Verb].observes {
			n++
		}
	}
	return n
}

//go:embed programs/*.litmus
var files embed.FS

// Programs returns the suite, ordered by ID. The caller owns the slice.
func Programs() []Program {
	names, err := fs.Glob(files, "programs/*.litmus")
	mustBeBuiltIn(err)
	var all []Program
	for _, name := range names {
		text, err := files.ReadFile(name)
		mustBeBuiltIn(err)
		p, err := Parse(path.Base(name), text)
		mustBeBuiltIn(err)
		all = append(all, *p)
	}
	slices.SortFunc(all, func(a, b Program) int { return cmp.Compare(a.ID, b.ID) })
	return all
}

// mustBeBuiltIn panics if the embedded suite is damaged. Every test reads all of it, so no release can be affected.
func mustBeBuiltIn(err error) {
	if err != nil {
		panic(err)
	}
}

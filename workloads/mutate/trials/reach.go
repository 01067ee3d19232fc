package trials

import (
	"fmt"
	"os"

	"github.com/lightningdb/lightning-torture/workloads/coverprofile"
)

// Reach is what a judge executes of the unchanged packages. Until its changed statement is executed, a mutant does what the
// original does; so a judge cannot notice it if it never gets there, and need not be asked.
//
// That holds for a judge that always does the same. One that does different things each time should be recorded for much
// longer than it judges.
type Reach struct {
	blocks map[string][]coverprofile.Block // by import path and name of the file
}

// ReadReach reads a profile as go test -coverprofile and go tool covdata textfmt write it. It returns ErrJudge.
func ReadReach(name string) (*Reach, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("%w: what it reaches: %w", ErrJudge, err)
	}
	blocks, err := coverprofile.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("%w: %s is no profile of go test -coverprofile: %w", ErrJudge, name, err)
	}
	r := &Reach{blocks: map[string][]coverprofile.Block{}}
	for _, b := range blocks {
		r.blocks[b.File] = append(r.blocks[b.File], b)
	}
	return r, nil
}

// reaches reports whether the statement at a place is executed. What is in no block, such as a constant, is.
func (r *Reach) reaches(file string, at coverprofile.Place) bool {
	var inner *coverprofile.Block // the innermost one that has been seen
	executed := false
	for i, b := range r.blocks[file] {
		if at.Before(b.Start) || !at.Before(b.End) {
			continue
		}
		switch {
		case inner == nil || inner.Start.Before(b.Start):
			inner, executed = &r.blocks[file][i], b.Count > 0
		case inner.Start == b.Start:
			executed = executed || b.Count > 0 // the profiles of several programs, one after the other
		}
	}
	return inner == nil || executed
}

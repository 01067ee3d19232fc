package trials

import (
	"fmt"
	"os"

	"github.com/lightningdb/lightning-torture/workloads/coverprofile"
)

// Reach is what a judge executes of the unchanged packages. A mutant behaves like the original until its changed
// statement is executed, so a judge that never gets there cannot notice it and need not be asked.
//
// This holds for deterministic judges. The profile of one that varies from run to run should be recorded over a much
// longer time than it judges.
type Reach struct {
	blocks map[string][]coverprofile.Block // by import path and file name
}

// ReadReach reads a coverage profile as go test -coverprofile and go tool covdata textfmt write it. It returns ErrJudge
// if the file cannot be read or parsed.
func ReadReach(name string) (*Reach, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("%w: what it reaches: %w", ErrJudge, err)
	}
	blocks, err := coverprofile.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("%w: %s is not a profile of go test -coverprofile: %w", ErrJudge, name, err)
	}
	r := &Reach{blocks: map[string][]coverprofile.Block{}}
	for _, b := range blocks {
		r.blocks[b.File] = append(r.blocks[b.File], b)
	}
	return r, nil
}

// reaches reports whether the statement at a place is executed. What is in no block, such as a constant, counts as
// executed.
func (r *Reach) reaches(file string, at coverprofile.Place) bool {
	var inner *coverprofile.Block // the innermost block so far
	executed := false
	for i, b := range r.blocks[file] {
		if at.Before(b.Start) || !at.Before(b.End) {
			continue
		}
		switch {
		case inner == nil || inner.Start.Before(b.Start):
			inner, executed = &r.blocks[file][i], b.Count > 0
		case inner.Start == b.Start:
			executed = executed || b.Count > 0 // a file may hold profiles of several programs
		}
	}
	return inner == nil || executed
}

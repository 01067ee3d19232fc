package trials

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
)

// Reach is what a judge executes of the unchanged packages. Until its changed statement is executed, a mutant does what the
// original does; so a judge cannot notice it if it never gets there, and need not be asked.
//
// That holds for a judge that always does the same. One that does different things each time should be recorded for much
// longer than it judges.
type Reach struct {
	blocks map[string][]block // by import path and name of the file
}

// block is a part of a file whose statements are executed together.
type block struct {
	start, end place
	executed   bool
}

type place struct{ line, column int }

func (p place) before(q place) bool {
	return p.line < q.line || p.line == q.line && p.column < q.column
}

var profileLine = regexp.MustCompile(`^(.+):(\d+)\.(\d+),(\d+)\.(\d+) \d+ (\d+)$`)

// ReadReach reads a profile as go test -coverprofile and go tool covdata textfmt write it. It returns ErrJudge.
func ReadReach(name string) (r *Reach, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("%w: what it reaches: %w", ErrJudge, err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	r = &Reach{blocks: map[string][]block{}}
	lines := bufio.NewScanner(f)
	for number := 1; lines.Scan(); number++ {
		if number == 1 && strings.HasPrefix(lines.Text(), "mode: ") {
			continue
		}
		parts := profileLine.FindStringSubmatch(lines.Text())
		if parts == nil {
			return nil, fmt.Errorf("%w: line %d of %s is not one of a profile of go test -coverprofile", ErrJudge, number, name)
		}
		var n [5]int
		for i := range n {
			n[i], _ = strconv.Atoi(parts[i+2]) // one that is too large is no place in any file
		}
		r.blocks[parts[1]] = append(r.blocks[parts[1]], block{place{n[0], n[1]}, place{n[2], n[3]}, n[4] > 0})
	}
	return r, lines.Err()
}

// reaches reports whether the statement at a place is executed. What is in no block, such as a constant, is.
func (r *Reach) reaches(file string, at place) bool {
	var inner *block // the innermost one that has been seen
	executed := false
	for i, b := range r.blocks[file] {
		if at.before(b.start) || !at.before(b.end) {
			continue
		}
		switch {
		case inner == nil || inner.start.before(b.start):
			inner, executed = &r.blocks[file][i], b.executed
		case inner.start == b.start:
			executed = executed || b.executed // the profiles of several programs, one after the other
		}
	}
	return inner == nil || executed
}

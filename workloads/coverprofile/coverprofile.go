package coverprofile

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Block is a part of a file whose statements are always executed together.
type Block struct {
	File       string // import path of the package, and file name
	Start, End Place  // End is just after the last byte
	Statements int
	Count      uint64 // number of executions; 0 or 1 in mode set
}

// Place is a position in a file. Lines and columns count from 1.
type Place struct{ Line, Column int }

// Before reports whether p precedes q.
func (p Place) Before(q Place) bool {
	return p.Line < q.Line || p.Line == q.Line && p.Column < q.Column
}

var line = regexp.MustCompile(`^(.+):(\d+)\.(\d+),(\d+)\.(\d+) (\d+) (\d+)$`)

// Parse returns the blocks of a profile in order. Profiles may be concatenated. An error names the line.
func Parse(text []byte) (blocks []Block, err error) {
	lines := bufio.NewScanner(bytes.NewReader(text))
	for number := 1; lines.Scan(); number++ {
		if strings.HasPrefix(lines.Text(), "mode: ") {
			continue
		}
		parts := line.FindStringSubmatch(lines.Text())
		if parts == nil {
			return nil, fmt.Errorf("coverprofile: line %d is not a line of a coverage profile: %q", number, lines.Text())
		}
		b, bad := Block{File: parts[1]}, error(nil)
		for i, to := range []*int{&b.Start.Line, &b.Start.Column, &b.End.Line, &b.End.Column, &b.Statements} {
			*to, bad = strconv.Atoi(parts[i+2])
			err = errors.Join(err, bad)
		}
		if b.Count, bad = strconv.ParseUint(parts[7], 10, 64); errors.Join(err, bad) != nil {
			return nil, fmt.Errorf("coverprofile: line %d: %w", number, errors.Join(err, bad))
		}
		blocks = append(blocks, b)
	}
	return blocks, lines.Err()
}

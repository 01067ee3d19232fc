package jsonlimit

import (
	"bytes"
	"errors"
	"fmt"
)

// ErrLimit is returned for JSON that exceeds a limit.
var ErrLimit = errors.New("too large")

// Limits bound the cost of decoding. Assume that each element of a list costs as much as the largest struct of its
// type, and each value about as much as a map entry.
type Limits struct {
	Bytes    int64 // length of the text
	Elements int64 // total elements of all lists
	Values   int64 // total values in all lists and objects
	Depth    int   // nesting of lists and objects; at most 64
}

// Meter measures the JSON written to it.
type Meter struct {
	limits   Limits
	used     Limits
	lists    uint64 // one bit per open list or object; 1 means list
	depth    int
	inString bool
	escaped  bool // the next byte of a string is escaped
}

// NewMeter returns a meter with these limits.
func NewMeter(limits Limits) *Meter { return &Meter{limits: limits} }

// Bytes returns the length of the text so far.
func (m *Meter) Bytes() int64 { return m.used.Bytes }

// Write measures the next part of the text. The error wraps ErrLimit and names the exceeded limit.
func (m *Meter) Write(p []byte) (int, error) {
	n := len(p)
	m.used.Bytes += int64(n)
	for len(p) > 0 {
		if m.inString {
			p = m.stringPart(p)
			continue
		}
		m.structure(p[0])
		p = p[1:]
	}
	return n, m.check()
}

// stringPart skips the part of p that belongs to a string and returns the rest.
func (m *Meter) stringPart(p []byte) []byte {
	if m.escaped {
		m.escaped = false
		return p[1:]
	}
	end := bytes.IndexByte(p, '"')
	if end < 0 {
		end = len(p)
	}
	if escape := bytes.IndexByte(p[:end], '\\'); escape >= 0 {
		m.escaped = true
		return p[escape+1:]
	}
	if end == len(p) {
		return nil
	}
	m.inString = false
	return p[end+1:]
}

// structure counts what a byte outside strings begins.
func (m *Meter) structure(b byte) {
	switch b {
	case '"':
		m.inString = true
	case '[', '{':
		m.depth++
		m.lists <<= 1
		m.used.Depth = max(m.used.Depth, m.depth)
		m.used.Values++
		if b == '[' {
			m.lists |= 1
			m.used.Elements++
		}
	case ']', '}':
		m.depth--
		m.lists >>= 1
	case ',':
		m.used.Values++
		m.used.Elements += int64(m.lists & 1)
	}
}

func (m *Meter) check() error {
	for _, limit := range []struct {
		n, most int64
		of      string
	}{
		{m.used.Bytes, m.limits.Bytes, "bytes"},
		{m.used.Elements, m.limits.Elements, "elements of lists"},
		{m.used.Values, m.limits.Values, "values"},
		{int64(m.used.Depth), int64(m.limits.Depth), "lists within one another"},
	} {
		if limit.n > limit.most {
			return fmt.Errorf("%w: it has more than %d %s", ErrLimit, limit.most, limit.of)
		}
	}
	return nil
}

package edn

import (
	"errors"
	"fmt"
	"math"
)

// Limits on one value.
const (
	MaxBytes = 64 << 20 // length of its text
	MaxParts = 4 << 20  // number of values within it
	MaxDepth = 100      // nesting of collections
)

// parser turns the text of a value into nodes. It reuses its memory.
type parser struct {
	lexer
	nodes []node
	open  []opened
}

// opened is a collection that has not been closed yet.
type opened struct {
	node  int32
	close byte
	skip  int // number of following values to drop
}

// value reads the next value, or reports that the text ends before there is one.
func (p *parser) value() (found bool, err error) {
	p.nodes, p.open = p.nodes[:0], p.open[:0]
	drop := 0 // values at the top level to discard
	for {
		more, err := p.skip()
		if err != nil {
			return false, err
		}
		if !more {
			return false, p.ended(drop)
		}
		done, err := p.token(&drop)
		if err != nil || done {
			return done, err
		}
	}
}

// ended returns the result of reaching the end of the text.
func (p *parser) ended(drop int) error {
	if len(p.open) == 0 && drop == 0 {
		return nil
	}
	return p.short()
}

// token reads the next bracket, atom, tag or discard, and reports whether that completes a value.
func (p *parser) token(drop *int) (done bool, err error) {
	start := int32(len(p.nodes)) // of the value that this token may complete
	switch b := p.text[p.at]; b {
	case '[', '(', '{':
		p.at++
		return false, p.begin(b)
	case ']', ')', '}':
		if start, err = p.finish(b); err != nil {
			return false, err
		}
	case '#':
		number, err := p.dispatch(drop)
		if !number || err != nil {
			return false, err
		}
	default:
		n, err := p.atom()
		if err != nil {
			return false, err
		}
		if err := p.add(n); err != nil {
			return false, err
		}
	}
	return p.settle(start, drop), nil
}

// dropping returns the number of values to drop next within the innermost collection.
func (p *parser) dropping(top *int) *int {
	if len(p.open) > 0 {
		return &p.open[len(p.open)-1].skip
	}
	return top
}

// settle takes a value that begins at start and is complete. It drops the value if it is to be discarded, and otherwise
// reports whether it is a whole top-level value.
func (p *parser) settle(start int32, drop *int) bool {
	if d := p.dropping(drop); *d > 0 {
		*d--
		p.nodes = p.nodes[:start]
		return false
	}
	return len(p.open) == 0
}

// dispatch reads what begins with a hash: the opening of a set, a discard, a tag or a symbolic number. Only the last is
// a value by itself.
func (p *parser) dispatch(drop *int) (number bool, err error) {
	if p.at+1 >= len(p.text) {
		return false, p.short()
	}
	switch p.text[p.at+1] {
	case '{':
		p.at += 2
		return false, p.begin('#')
	case '_':
		p.at += 2
		*p.dropping(drop)++
		return false, nil
	case '"', '(', '\'', '[':
		return false, fmt.Errorf("#%c is Clojure, but not EDN", p.text[p.at+1])
	}
	end, err := p.wordEnd(p.at)
	if err != nil {
		return false, err
	}
	symbolic := p.text[p.at+1] == '#' // ##NaN
	text := p.text[p.at:end]
	p.at = end
	if !symbolic {
		return false, nil // a tag
	}
	return true, p.add(node{text: text, kind: Number})
}

func (p *parser) begin(b byte) error {
	if len(p.open) >= MaxDepth {
		return fmt.Errorf("collections are nested more than %d deep", MaxDepth)
	}
	kind, closing := Vector, byte(']')
	switch b {
	case '(':
		kind, closing = List, ')'
	case '{':
		kind, closing = Map, '}'
	case '#':
		kind, closing = Set, '}'
	}
	p.open = append(p.open, opened{node: int32(len(p.nodes)), close: closing})
	return p.add(node{kind: kind})
}

// finish closes the innermost collection and returns where it began.
func (p *parser) finish(b byte) (start int32, err error) {
	n := len(p.open)
	if n == 0 || p.open[n-1].close != b {
		return 0, fmt.Errorf("%q does not match an opening bracket", b)
	}
	p.at++
	last := p.open[n-1]
	p.open = p.open[:n-1]
	if last.skip > 0 {
		return 0, errors.New("a discard without a value")
	}
	of := &p.nodes[last.node]
	of.end = int32(len(p.nodes))
	if of.kind == Map && (Value{p.nodes[last.node:]}).Len()%2 != 0 {
		return 0, errors.New("a map has a key without a value")
	}
	return last.node, nil
}

func (p *parser) add(n node) error {
	if len(p.nodes) > MaxParts {
		return fmt.Errorf("a value with more than %d parts", MaxParts)
	}
	n.end = int32(len(p.nodes)) + 1
	if n.kind >= Vector {
		n.end = math.MaxInt32 // until the collection is closed
	}
	p.nodes = append(p.nodes, n)
	return nil
}

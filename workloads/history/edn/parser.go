package edn

import (
	"errors"
	"fmt"
	"math"
)

// Limits of one value.
const (
	MaxBytes = 64 << 20 // of its text
	MaxParts = 4 << 20  // values within it
	MaxDepth = 100      // collections within one another
)

// parser turns the text of a value into nodes. Its memory is used again.
type parser struct {
	lexer
	nodes []node
	open  []opened
}

// opened is a collection whose end has not come yet.
type opened struct {
	node  int32
	close byte
	skip  int // how many of the values that come next are dropped
}

// value reads the next value, or reports that there is none before the text ends.
func (p *parser) value() (found bool, err error) {
	p.nodes, p.open = p.nodes[:0], p.open[:0]
	drop := 0 // values at the top to be discarded
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

// ended says what it means that the text ends here.
func (p *parser) ended(drop int) error {
	if len(p.open) == 0 && drop == 0 {
		return nil
	}
	return p.short()
}

// token reads the next bracket, atom, tag or discard. It reports whether that completes a value.
func (p *parser) token(drop *int) (done bool, err error) {
	start := int32(len(p.nodes)) // of the value that this may complete
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

// dropping returns how many values are dropped next within the innermost collection.
func (p *parser) dropping(top *int) *int {
	if len(p.open) > 0 {
		return &p.open[len(p.open)-1].skip
	}
	return top
}

// settle drops the value that begins at start and is complete, if it is to be dropped, and reports whether all of it is there.
func (p *parser) settle(start int32, drop *int) bool {
	if d := p.dropping(drop); *d > 0 {
		*d--
		p.nodes = p.nodes[:start]
		return false
	}
	return len(p.open) == 0
}

// dispatch reads what begins with a hash: the beginning of a set, a discard, a tag or a symbolic number. Only the last is a
// value by itself.
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
		return fmt.Errorf("more than %d collections within one another", MaxDepth)
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

// finish ends the innermost collection, and returns where it began.
func (p *parser) finish(b byte) (start int32, err error) {
	n := len(p.open)
	if n == 0 || p.open[n-1].close != b {
		return 0, fmt.Errorf("%q closes nothing that was opened", b)
	}
	p.at++
	last := p.open[n-1]
	p.open = p.open[:n-1]
	if last.skip > 0 {
		return 0, errors.New("a discard of nothing")
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
		n.end = math.MaxInt32 // until it ends
	}
	p.nodes = append(p.nodes, n)
	return nil
}

package edn

import "iter"

// Kind is the type of a value.
type Kind uint8

// The kinds of values. Numbers include ratios and big and exact decimals.
const (
	Nil Kind = iota // nil; null in JSON
	Bool
	Number
	String
	Keyword
	Symbol
	Char
	Vector // an array in JSON
	List
	Map // an object in JSON: keys and values alternate
	Set
)

var kindNames = [...]string{
	"nil", "a boolean", "a number", "a string", "a keyword", "a symbol", "a character", "a vector", "a list", "a map", "a set",
}

func (k Kind) String() string { return kindNames[k] }

// node is a value in preorder: the parts of a collection follow its node.
type node struct {
	text []byte // of an atom: a string without quotes and escapes, a keyword without its colon
	end  int32  // the position after its last part
	kind Kind
}

// Value is one value of a file, valid until the next call of the Reader that returned it. The zero value is Nil.
type Value struct{ nodes []node } // its own node, then its parts

// Kind returns the type of the value.
func (v Value) Kind() Kind {
	if len(v.nodes) == 0 {
		return Nil
	}
	return v.nodes[0].kind
}

// Text returns the text of an atom: the contents of a string, the name of a keyword. It is nil for collections. The
// slice is valid as long as the value.
func (v Value) Text() []byte {
	if len(v.nodes) == 0 {
		return nil
	}
	return v.nodes[0].text
}

// Sequential reports whether the value is a vector or a list.
func (v Value) Sequential() bool { k := v.Kind(); return k == Vector || k == List }

// Parts yields the values in a collection; for a map, keys and values alternate.
func (v Value) Parts() iter.Seq[Value] {
	return func(yield func(Value) bool) {
		for at := int32(1); int(at) < len(v.nodes); {
			part, next := v.part(at)
			if !yield(part) {
				return
			}
			at = next
		}
	}
}

// part returns the value at a position, and the position after it. The ends in nodes count from the start of the
// top-level value, so they are compared with the end of v itself.
func (v Value) part(at int32) (Value, int32) {
	base := v.nodes[0].end - int32(len(v.nodes))
	next := v.nodes[at].end - base
	return Value{v.nodes[at:next:next]}, next
}

// Pairs yields the keys of a map with their values.
func (v Value) Pairs() iter.Seq2[Value, Value] {
	return func(yield func(Value, Value) bool) {
		if v.Kind() != Map {
			return
		}
		for at := int32(1); int(at) < len(v.nodes); {
			key, next := v.part(at)
			value, behind := v.part(next)
			if !yield(key, value) {
				return
			}
			at = behind
		}
	}
}

// Len returns the number of parts of a collection; for a map, twice the number of keys.
func (v Value) Len() int {
	n := 0
	for range v.Parts() {
		n++
	}
	return n
}

// At returns the i-th part of a collection, or Nil if it has fewer parts.
func (v Value) At(i int) Value {
	for part := range v.Parts() {
		if i == 0 {
			return part
		}
		i--
	}
	return Value{}
}

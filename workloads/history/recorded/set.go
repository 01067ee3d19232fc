package recorded

import (
	"bytes"
	"fmt"

	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/history/edn"
)

// sets reads sets that grow: each element is a key that is present or absent, and a read is a scan of all elements. If
// there are several sets, values are pairs of a set's name and an element or all elements.
type sets struct {
	*memory
	pairs bool
}

var added = []byte("added")

// setEnd separates the name of a set from an element. The name followed by the next byte sorts after all elements of
// the set.
const (
	setEnd   = '/'
	setAfter = setEnd + 1
)

func (s sets) call(e *entry, op *history.Op) error {
	set, value, err := s.split(e.value)
	if err != nil {
		return err
	}
	switch e.f {
	case "read":
		op.Kind = history.Scan
		if s.pairs {
			op.ScanFrom = append(bytes.Clone(set), setEnd)
			op.ScanTo = append(bytes.Clone(set), setAfter)
		}
	case "add":
		op.Kind = history.Put
		op.Writes = []history.Write{{Key: s.element(set, value), Value: added}}
	default:
		return fmt.Errorf("unknown function %q; a set has read and add", e.f)
	}
	return nil
}

func (s sets) answer(e *entry, op *history.Op) error {
	if op.Kind != history.Scan {
		return nil
	}
	set, value, err := s.split(e.value)
	if err != nil {
		return err
	}
	if k := value.Kind(); k != edn.Nil && (k < edn.Vector || k == edn.Map) {
		return fmt.Errorf("a read of a set found %s", k)
	}
	op.Reads = make([]history.Read, 0, value.Len())
	for element := range value.Parts() {
		op.Reads = append(op.Reads, history.Read{Key: s.element(set, element), Value: added, Found: true})
	}
	return nil
}

// split returns the name of a set, and one of its elements or all of them.
func (s sets) split(v edn.Value) (set []byte, value edn.Value, err error) {
	if !s.pairs {
		return nil, v, nil
	}
	if !v.Sequential() || v.Len() != 2 {
		return nil, v, fmt.Errorf("the value %s is not a pair of a set and an element", v.AppendEDN(nil))
	}
	key, err := s.key(v.At(0))
	if err == nil && bytes.IndexByte(key.name, setEnd) >= 0 {
		err = fmt.Errorf("the name of a set, %s, has a %c", key.name, setEnd)
	}
	if err != nil {
		return nil, v, err
	}
	return key.name, v.At(1), nil
}

// element returns the key of an element.
func (s sets) element(set []byte, v edn.Value) []byte {
	s.scratch = s.scratch[:0]
	if s.pairs {
		s.scratch = append(append(s.scratch, set...), setEnd)
	}
	s.scratch = appendValue(s.scratch, v)
	return s.keep()
}

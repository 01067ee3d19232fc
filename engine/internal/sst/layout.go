package sst

import "fmt"

// A Layout says how a table's data blocks are built.
type Layout uint8

// The layouts, with their numbers on disk.
const (
	Restarts Layout = 0 // prefix-compressed, decoded forward from restart points; the only one of version 1
	Columns  Layout = 1 // searched and walked without decoding; the prefix shared by all keys is stored once
)

func (l Layout) String() string {
	switch l {
	case Restarts:
		return "restarts"
	case Columns:
		return "columns"
	}
	return fmt.Sprintf("layout(%d)", uint8(l))
}

// layout returns the layout named by the properties.
func (p *properties) layout() (Layout, error) {
	for _, f := range p.fields {
		if f.tag != tagLayout {
			continue
		}
		switch {
		case len(f.value) != 1 || f.value[0] == byte(Restarts):
			return 0, errMalformed
		case f.value[0] > byte(Columns):
			return 0, ErrVersion
		}
		return Layout(f.value[0]), nil
	}
	return Restarts, nil
}

package sst

import (
	"encoding/binary"
	"fmt"
	"slices"
)

// tagRequired is set in tags that a reader must know to read the table. Other unknown tags are skipped.
const tagRequired = 0x80

// knownFields lists the tags that this engine understands.
var knownFields = map[uint8]bool{tagRanges: true, tagLayout: true}

// The tags.
const (
	tagRanges = tagRequired | 1 // the handle of the range deletes
	tagLayout = tagRequired | 2 // the layout of data blocks; absent means Restarts
)

// A field is an optional property.
type field struct {
	tag   uint8
	value []byte
}

// set adds a field.
func (p *properties) set(f field) {
	p.fields = append(p.fields, f)
	slices.SortFunc(p.fields, func(a, b field) int { return int(a.tag) - int(b.tag) })
}

// get returns the value of a field.
func (p *properties) get(tag uint8) (value []byte, ok bool) {
	i := slices.IndexFunc(p.fields, func(f field) bool { return f.tag == tag })
	if i < 0 {
		return nil, false
	}
	return p.fields[i].value, true
}

// appendFields appends fields, whose tags ascend.
func appendFields(b []byte, fields []field) []byte {
	for _, f := range fields {
		b = binary.AppendUvarint(append(b, f.tag), uint64(len(f.value)))
		b = append(b, f.value...)
	}
	return b
}

// decodeFields decodes all of b; the values alias it. Unknown fields are left out if they are not required, and
// otherwise are ErrVersion.
func decodeFields(b []byte) ([]field, error) {
	var fields []field
	for last := -1; len(b) > 0; {
		f, ok := field{tag: b[0]}, false
		if f.value, b, ok = cutBytes(b[1:]); !ok || int(f.tag) <= last {
			return nil, errMalformed
		}
		last = int(f.tag)
		switch {
		case knownFields[f.tag]:
			fields = append(fields, f)
		case f.tag&tagRequired != 0:
			return nil, fmt.Errorf("%w: property %#x", ErrVersion, f.tag)
		}
	}
	return fields, nil
}

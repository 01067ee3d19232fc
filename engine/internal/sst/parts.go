package sst

import "github.com/lightningdb/lightning-torture/engine/internal/key"

// A Part is a stretch of a table's file, with its name.
type Part struct {
	Name          string // "data", "filter", "properties", "index", "footer"
	Offset, Bytes int64
	LastKey       []byte // user key of the last entry; of data blocks only
	LastTrailer   key.Trailer
}

// Parts returns the parts of the file in their order; together they fill it.
func (r *Reader) Parts() ([]Part, error) {
	if err := r.load(); err != nil {
		return nil, err
	}
	part := func(name string, h handle) Part {
		return Part{Name: name, Offset: int64(h.offset), Bytes: int64(h.end() - h.offset)}
	}
	var parts []Part
	for _, e := range r.index {
		p := part("data", e.handle)
		p.LastKey, p.LastTrailer = e.user, e.trailer
		parts = append(parts, p)
	}
	if value, ok := r.props.get(tagRanges); ok {
		parts = append(parts, part("range deletes", decodeHandle(value)))
	}
	parts = append(parts, part("filter", r.root.filter), part("properties", r.root.properties), part("index", r.root.index),
		Part{Name: "footer", Offset: r.size - footerBytes, Bytes: footerBytes})
	return parts, nil
}

// RawBytes returns the sizes of all keys and of all values, as they were added.
func (r *Reader) RawBytes() (keys, values uint64) { return r.props.rawKeyBytes, r.props.rawValueBytes }

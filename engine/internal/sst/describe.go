package sst

import (
	"github.com/lightningdb/lightning-torture/engine/internal/compress"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
)

// A Description says how a table is built.
type Description struct {
	Version       uint32
	Layout        Layout
	Meta          Meta
	RawKeyBytes   uint64
	RawValueBytes uint64
	Parts         []Part // in file order; they fill the file
}

// A Part is a named part of a table's file.
type Part struct {
	Name          string // "data", "range deletes", "filter", "properties", "index", "footer"
	Offset, Bytes int64
	Data          *DataBlock // only for a data block
}

// A DataBlock describes one data block.
type DataBlock struct {
	PayloadBytes uint64 // uncompressed
	Compression  compress.Compression
	FirstKey     []byte // user keys
	LastKey      []byte
	LastTrailer  key.Trailer
}

// Describe reads every data block, bypassing all caches. The keys must not be modified. The error is the first damage.
// For a block that cannot be read, only the last entry is given, because the index has it.
func (r *Reader) Describe() (Description, error) {
	d := Description{
		Version: r.root.version, Layout: r.layout, Meta: r.Meta(),
		RawKeyBytes: r.props.rawKeyBytes, RawValueBytes: r.props.rawValueBytes,
	}
	if err := r.load(); err != nil {
		return d, err
	}
	var damage error
	for n := range r.index {
		p, err := r.describeBlock(n)
		if d.Parts = append(d.Parts, p); err != nil && damage == nil {
			damage = err
		}
	}
	if value, ok := r.props.get(tagRanges); ok {
		d.Parts = append(d.Parts, part("range deletes", decodeHandle(value)))
	}
	d.Parts = append(d.Parts, part("filter", r.root.filter), part("properties", r.root.properties),
		part("index", r.root.index), Part{Name: "footer", Offset: r.size - footerBytes, Bytes: footerBytes})
	return d, damage
}

func part(name string, h handle) Part {
	return Part{Name: name, Offset: int64(h.offset), Bytes: int64(h.end() - h.offset)}
}

func (r *Reader) describeBlock(n int) (Part, error) {
	x := r.index[n]
	p := part("data", x.handle)
	p.Data = &DataBlock{LastKey: x.user, LastTrailer: x.trailer}
	raw, err := r.read(nil, x.handle.offset, x.handle.end()-x.handle.offset)
	if err != nil {
		return p, err
	}
	payload, err := unseal(r.o.Name, raw, x.handle)
	if err != nil {
		return p, err
	}
	i := blockIter{layout: r.layout}
	if i.reset(payload) != nil || !i.first() {
		return p, r.malformed(x.handle, "block")
	}
	p.Data.PayloadBytes, p.Data.Compression, p.Data.FirstKey = uint64(len(payload)), compress.Compression(raw[x.handle.length]), i.user
	return p, nil
}

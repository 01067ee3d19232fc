package sst

import "github.com/lightningdb/lightning-torture/engine/internal/key"

// A Description tells how a table is built.
type Description struct {
	Version         uint32
	Layout          Layout
	Meta            Meta
	RawKeyBytes     uint64
	RawValueBytes   uint64
	FilterBytes     uint64
	PropertiesBytes uint64
	IndexBytes      uint64
	Blocks          []BlockDescription
}

// A BlockDescription tells about one data block.
type BlockDescription struct {
	Offset      uint64
	StoredBytes uint64 // of the payload as it is stored
	Bytes       uint64 // of the payload
	Compression Compression
	FirstKey    []byte
	LastKey     []byte
	LastTrailer key.Trailer
}

// Describe reads every data block, past every cache. Its keys must not be written. The error is the first damage; what
// was read before it is described.
func (r *Reader) Describe() (Description, error) {
	d := Description{
		Version: r.root.version, Layout: r.layout, Meta: r.Meta(),
		RawKeyBytes: r.props.rawKeyBytes, RawValueBytes: r.props.rawValueBytes,
		FilterBytes: uint64(r.root.filter.length), PropertiesBytes: uint64(r.root.properties.length),
		IndexBytes: uint64(r.root.index.length),
	}
	if err := r.load(); err != nil {
		return d, err
	}
	for n := range r.index {
		b, err := r.describeBlock(n)
		if err != nil {
			return d, err
		}
		d.Blocks = append(d.Blocks, b)
	}
	return d, nil
}

func (r *Reader) describeBlock(n int) (BlockDescription, error) {
	x := r.index[n]
	raw, err := r.read(nil, x.handle.offset, x.handle.end()-x.handle.offset)
	if err != nil {
		return BlockDescription{}, err
	}
	payload, err := unseal(r.o.Name, raw, x.handle)
	if err != nil {
		return BlockDescription{}, err
	}
	i := blockIter{layout: r.layout}
	if i.reset(payload) != nil || !i.first() {
		return BlockDescription{}, r.malformed(x.handle, "block")
	}
	return BlockDescription{
		Offset: x.handle.offset, StoredBytes: uint64(x.handle.length), Bytes: uint64(len(payload)),
		Compression: Compression(raw[x.handle.length]), FirstKey: i.user, LastKey: x.user, LastTrailer: x.trailer,
	}, nil
}

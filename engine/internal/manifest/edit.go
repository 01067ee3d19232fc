package manifest

import (
	"encoding/binary"

	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
)

// Table describes a live table.
type Table struct {
	Num, Bytes, Entries uint64
	MinSeq, MaxSeq      key.Seq
	Smallest, Largest   []byte  // user keys
	Tombstones          uint64  // number of tombstones among the entries; also 0 if unknown
	Blobs               []Blobs // its references into blob files, by file
}

// Blobs tells how much of a blob file a table refers to.
type Blobs struct {
	File   uint64
	Values uint64
	Bytes  uint64 // bytes of the file that the table refers to
}

// BlobFile describes a live blob file, that is, one that a live table refers to.
type BlobFile struct {
	Num   uint64
	Bytes uint64 // at least this many bytes of the file are durable
}

// Placed is a table in a level.
type Placed struct {
	Level int
	Table
}

// Edit is one atomic change. Its numbers replace those of the state unless they are smaller.
type Edit struct {
	Version  uint64  // format version of the store; 0: unchanged
	NextFile uint64  // no file has this number or a higher one, unless its name is on disk
	LogFloor uint64  // logs with smaller numbers are obsolete
	LastSeq  key.Seq // commits up to this one are in tables; the logs continue from there without a gap
	Deleted  []Deleted
	Added    []Placed

	BlobFilesAdded   []BlobFile
	BlobFilesRemoved []uint64

	LogEnds []LogEnd
}

// Deleted names a table that is no longer live.
type Deleted struct {
	Level int
	Num   uint64
}

const (
	tagNextFile = iota + 1
	tagLogFloor
	tagLastSeq
	tagAdded
	tagDeleted
	tagVersion
	tagBlobFileAdded
	tagBlobFileRemoved
	tagBlobs
	tagTombstones
	tagLogEnd
)

// Encode returns the bytes of the edit. The version comes first, so that an engine too old for the rest rejects it with
// ErrVersion. Deletions come before additions, so that moving a table takes one edit.
func (e *Edit) Encode() []byte {
	var b []byte
	if e.Version > 0 {
		b = binary.AppendUvarint(append(b, tagVersion), e.Version)
	}
	b = binary.AppendUvarint(append(b, tagNextFile), e.NextFile)
	b = binary.AppendUvarint(append(b, tagLogFloor), e.LogFloor)
	b = binary.AppendUvarint(append(b, tagLastSeq), uint64(e.LastSeq))
	for _, d := range e.Deleted {
		b = binary.AppendUvarint(append(b, tagDeleted), uint64(d.Level))
		b = binary.AppendUvarint(b, d.Num)
	}
	for _, p := range e.Added {
		b = append(b, tagAdded)
		for _, n := range [...]uint64{
			uint64(p.Level), p.Num, p.Bytes, p.Entries, uint64(p.MinSeq), uint64(p.MaxSeq),
		} {
			b = binary.AppendUvarint(b, n)
		}
		b = append(binary.AppendUvarint(b, uint64(len(p.Smallest))), p.Smallest...)
		b = append(binary.AppendUvarint(b, uint64(len(p.Largest))), p.Largest...)
		if p.Tombstones > 0 {
			b = binary.AppendUvarint(append(b, tagTombstones), p.Tombstones)
		}
		for _, u := range p.Blobs {
			b = appendUvarints(append(b, tagBlobs), u.File, u.Values, u.Bytes)
		}
	}
	for _, f := range e.BlobFilesAdded {
		b = appendUvarints(append(b, tagBlobFileAdded), f.Num, f.Bytes)
	}
	for _, num := range e.BlobFilesRemoved {
		b = appendUvarints(append(b, tagBlobFileRemoved), num)
	}
	for _, l := range e.LogEnds {
		b = appendUvarints(append(b, tagLogEnd), l.Num, l.Bytes)
	}
	return b
}

func appendUvarints(b []byte, values ...uint64) []byte {
	for _, v := range values {
		b = binary.AppendUvarint(b, v)
	}
	return b
}

// decoder reads fields and remembers whether one was cut short.
type decoder struct {
	rest  []byte
	short bool
}

func (d *decoder) uvarint() uint64 {
	v, n := binary.Uvarint(d.rest)
	if n <= 0 {
		d.short, d.rest = true, nil
		return 0
	}
	d.rest = d.rest[n:]
	return v
}

func (d *decoder) bytes() []byte {
	n := d.uvarint()
	if n > uint64(len(d.rest)) {
		d.short, d.rest = true, nil
		return nil
	}
	b := d.rest[:n:n]
	d.rest = d.rest[n:]
	return append([]byte{}, b...)
}

func (d *decoder) level() int {
	n := d.uvarint()
	if n >= Levels {
		d.short, d.rest = true, nil
		return 0
	}
	return int(n)
}

// DecodeEdit is the inverse of Encode; the result shares no memory with b.
func DecodeEdit(b []byte) (Edit, error) {
	var e Edit
	d := decoder{rest: b}
	for len(d.rest) > 0 {
		tag := d.rest[0]
		d.rest = d.rest[1:]
		switch tag {
		case tagVersion:
			if e.Version = d.uvarint(); e.Version > FormatVersion {
				return Edit{}, versionError(e.Version)
			}
		case tagNextFile:
			e.NextFile = d.uvarint()
		case tagLogFloor:
			e.LogFloor = d.uvarint()
		case tagLastSeq:
			e.LastSeq = key.Seq(d.uvarint())
		case tagDeleted:
			e.Deleted = append(e.Deleted, Deleted{d.level(), d.uvarint()})
		case tagAdded:
			e.Added = append(e.Added, d.placed())
		case tagTombstones:
			if len(e.Added) == 0 {
				return Edit{}, corrupt.At("manifest edit", int64(len(b)-len(d.rest)-1), "tombstones without a table")
			}
			e.Added[len(e.Added)-1].Tombstones = d.uvarint()
		case tagBlobs:
			if len(e.Added) == 0 {
				return Edit{}, corrupt.At("manifest edit", int64(len(b)-len(d.rest)-1), "blob references without a table")
			}
			last := &e.Added[len(e.Added)-1]
			last.Blobs = append(last.Blobs, Blobs{d.uvarint(), d.uvarint(), d.uvarint()})
		case tagBlobFileAdded:
			e.BlobFilesAdded = append(e.BlobFilesAdded, BlobFile{d.uvarint(), d.uvarint()})
		case tagBlobFileRemoved:
			e.BlobFilesRemoved = append(e.BlobFilesRemoved, d.uvarint())
		case tagLogEnd:
			e.LogEnds = append(e.LogEnds, LogEnd{d.uvarint(), d.uvarint()})
		default:
			return Edit{}, corrupt.At("manifest edit", int64(len(b)-len(d.rest)-1), "unknown tag %d", tag)
		}
	}
	if d.short {
		return Edit{}, corrupt.At("manifest edit", int64(len(b)), "field cut short or level out of range")
	}
	return e, nil
}

func (d *decoder) placed() Placed {
	return Placed{d.level(), Table{
		Num: d.uvarint(), Bytes: d.uvarint(), Entries: d.uvarint(),
		MinSeq: key.Seq(d.uvarint()), MaxSeq: key.Seq(d.uvarint()),
		Smallest: d.bytes(), Largest: d.bytes(),
	}}
}

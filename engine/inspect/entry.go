package inspect

import (
	"fmt"

	"github.com/lightningdb/lightning-torture/engine/internal/blob"
	"github.com/lightningdb/lightning-torture/engine/internal/filename"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
)

// Entry is one version of a key, or a range delete.
type Entry struct {
	Seq   uint64
	Kind  string // "set", "delete", "delete range" or "blob"
	Key   []byte // the key; the start of a range delete
	Value []byte // the value, valid only during the call; the end of a range delete; nil for a blob
	Blob  *BlobRef
}

// BlobRef says where the value of an entry is.
type BlobRef struct {
	File   string
	Offset uint64 // the offset of the blob
	Bytes  uint64 // the length of the value
}

func entryOf(user []byte, tr key.Trailer, value []byte) Entry {
	e := Entry{Seq: uint64(tr.Seq()), Kind: kindName(tr.Kind()), Key: user, Value: value}
	if ref, ok := blob.DecodeRef(value); ok && tr.Kind() == key.BlobSet {
		e.Value, e.Blob = nil, &BlobRef{filename.Blob(ref.File), ref.Offset, ref.Length}
	}
	return e
}

func kindName(k key.Kind) string {
	switch k {
	case key.Set:
		return "set"
	case key.Delete:
		return "delete"
	case key.RangeDelete:
		return "delete range"
	case key.BlobSet:
		return "blob"
	}
	return fmt.Sprintf("kind %d", k)
}

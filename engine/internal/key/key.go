package key

import "bytes"

// Seq is a sequence number. Each operation of a batch has that of the batch's first operation plus its position.
type Seq uint64

// MaxSeq is the largest sequence number; reading at MaxSeq sees everything.
const MaxSeq = Seq(1<<56 - 1)

// Kind says what an entry does to its user key.
type Kind uint8

// The kinds of entries, with their numbers on disk.
const (
	Delete      Kind = 0
	Set         Kind = 1
	RangeDelete Kind = 2 // deletes a range of keys; stored apart from the entries (package rangedel)
	BlobSet     Kind = 3 // the value is in a blob file, and the entry holds the reference
)

// Trailer packs a sequence number (56 bits) above a kind (8 bits).
type Trailer uint64

// MakeTrailer packs seq and kind.
func MakeTrailer(seq Seq, kind Kind) Trailer { return Trailer(uint64(seq)<<8 | uint64(kind)) }

// Seq returns the sequence number.
func (t Trailer) Seq() Seq { return Seq(t >> 8) }

// Kind returns what the entry does.
func (t Trailer) Kind() Kind { return Kind(t) }

// Compare orders entries: by user key ascending, then by trailer descending.
func Compare(aKey []byte, a Trailer, bKey []byte, b Trailer) int {
	if c := bytes.Compare(aKey, bKey); c != 0 {
		return c
	}
	switch {
	case a > b:
		return -1
	case a < b:
		return 1
	}
	return 0
}

// Iterator walks the entries of one source in either direction. It must be used by one goroutine. A new iterator is
// unpositioned. The slices returned by Key and Value are valid until the iterator moves. When a movement returns false,
// Error says whether the source is exhausted or failed.
type Iterator interface {
	First() bool
	Last() bool
	// SeekGE moves to the first entry of user that is visible at seq (trailer sequence number <= seq), or if there is
	// none to the first entry of a greater user key.
	SeekGE(user []byte, seq Seq) bool
	// SeekLT moves to the last entry whose user key is less than user.
	SeekLT(user []byte) bool
	Next() bool
	Prev() bool
	Valid() bool
	Key() []byte // the user key
	Trailer() Trailer
	Value() []byte
	Error() error
	Close() error
}

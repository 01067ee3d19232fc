package memtable

import (
	"sync/atomic"
	"unsafe"

	"github.com/lightningdb/lightning-torture/engine/internal/invariant"
)

// A ref addresses a word of the arena: the number of its chunk above offsetBits bits of offset. No node has ref 0,
// because at least one link lies below the word that a ref points at.
type ref uint32

const (
	offsetBits    = 17 // a regular chunk has at most 2^17 words
	wordBytes     = 8
	chunkWordsMax = 1 << offsetBits // 1 MiB
	chunkWordsTop = 512             // the first chunk has at most 4 KiB
	chunkWordsMin = 128             // and at least 1 KiB
	chunksMax     = 1 << (32 - offsetBits)
)

// An arena hands out words and never takes them back. Only the writer allocates; readers follow refs.
type arena struct {
	// chunks is replaced, with one more chunk at its end, before any ref into the new chunk is published.
	chunks atomic.Pointer[[][]uint64]

	// The rest belongs to the writer.
	first int      // words of the first chunk
	total int      // words of all chunks
	open  []uint64 // the regular chunk that is being filled
	index int      // its number
	free  int      // its first unused word
}

// alloc returns a chunk's number, the chunk, and the offset of unused words in it.
func (a *arena) alloc(words int) (index int, chunk []uint64, offset int) {
	if a.free+words > len(a.open) {
		size := a.nextChunk()
		if words > size/2 {
			chunk = make([]uint64, words)
			return a.push(chunk), chunk, 0
		}
		a.open, a.free = make([]uint64, size), 0
		a.index = a.push(a.open)
	}
	offset = a.free
	a.free += words
	return a.index, a.open, offset
}

// nextChunk sizes a chunk so that the table grows by a quarter: geometric, hence few chunks, with little unused space.
func (a *arena) nextChunk() int {
	return min(max(a.total/4, a.first), chunkWordsMax)
}

// push makes chunk reachable and returns its number. It writes behind the end of the slice that readers may hold.
func (a *arena) push(chunk []uint64) int {
	var chunks [][]uint64
	if p := a.chunks.Load(); p != nil {
		chunks = *p
	}
	invariant.Check(len(chunks) < chunksMax, "memtable: a ref can address every chunk")
	chunks = append(chunks, chunk)
	a.chunks.Store(&chunks)
	a.total += len(chunk)
	return len(chunks) - 1
}

// at returns the chunk that r lies in and the offset of its word.
func (a *arena) at(r ref) (chunk []uint64, offset int) {
	return (*a.chunks.Load())[r>>offsetBits], int(r & (chunkWordsMax - 1))
}

// chunkBytes views the words of a chunk as bytes.
func chunkBytes(chunk []uint64) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(chunk))), len(chunk)*wordBytes)
}

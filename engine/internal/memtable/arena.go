package memtable

import (
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/lightningdb/lightning-torture/engine/internal/invariant"
)

// A ref addresses a word of the arena: its chunk number above offsetBits bits of offset. No node has ref 0, because at
// least one link lies below the word that a ref points to.
type ref uint32

const (
	offsetBits    = 17 // a regular chunk has at most 2^17 words
	wordBytes     = 8
	chunkWordsMax = 1 << offsetBits // 1 MiB
	chunkWordsTop = 512             // the first chunk has at most 4 KiB
	chunkWordsMin = 128             // and at least 1 KiB
	chunksMax     = 1 << (32 - offsetBits)
)

// An arena hands out words and never takes them back. Any number of goroutines may allocate at once.
type arena struct {
	// starts holds the first word of every chunk. It is replaced by a longer list before any ref into the new chunk can
	// exist.
	starts atomic.Pointer[[]unsafe.Pointer]
	open   atomic.Pointer[chunk] // the regular chunk that is being filled

	mu struct {
		sync.Mutex
		first int // words of the first chunk
		total int // words of all chunks
	}

	// Inline storage for a small table, so that it needs no allocations of its own.
	none        chunk // the open chunk until there is a regular one
	firstChunk  chunk
	firstStarts [1]unsafe.Pointer
}

// A chunk is a regular one, shared by many entries.
type chunk struct {
	words []uint64
	index int
	below int          // total words of all older chunks
	free  atomic.Int64 // the first unused word; beyond the end when the chunk is used up
	own   atomic.Int64 // total words of single-entry chunks made since this one
}

func (a *arena) init(firstWords int) {
	a.mu.first = firstWords
	a.open.Store(&a.none)
}

// alloc returns the first of the given number of consecutive unused words, and its ref.
func (a *arena) alloc(words int) (unsafe.Pointer, ref) {
	for {
		c := a.open.Load()
		if int(c.free.Load())+words <= len(c.words) {
			// Another goroutine may take the last words first. Then the rest of the chunk stays unused.
			if end := int(c.free.Add(int64(words))); end <= len(c.words) {
				return unsafe.Pointer(&c.words[end-words]), ref(c.index<<offsetBits | (end - words))
			}
		}
		if p, r := a.extend(c, words); p != nil {
			return p, r
		}
	}
}

// extend makes a chunk of its own for an entry that is large, or otherwise replaces the open chunk and returns nil. It
// does nothing if full is no longer the open chunk.
func (a *arena) extend(full *chunk, words int) (unsafe.Pointer, ref) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.open.Load() != full {
		return nil, 0
	}
	size := a.nextChunk()
	if words > size/2 {
		p, index := a.push(words)
		full.own.Add(int64(words))
		return p, ref(index << offsetBits)
	}
	next := &a.firstChunk
	if full != &a.none {
		next = &chunk{}
	}
	next.below = a.mu.total
	var p unsafe.Pointer
	p, next.index = a.push(size)
	next.words = unsafe.Slice((*uint64)(p), size)
	a.open.Store(next)
	return nil, 0
}

// nextChunk returns a size that lets the table grow by a quarter: growth is geometric, so chunks are few and little is
// wasted.
func (a *arena) nextChunk() int {
	return min(max(a.mu.total/4, a.mu.first), chunkWordsMax)
}

// push makes a chunk reachable and returns its first word and its number. It writes beyond the end of the list that
// readers may hold.
func (a *arena) push(words int) (unsafe.Pointer, int) {
	starts := a.firstStarts[:0]
	if p := a.starts.Load(); p != nil {
		starts = *p
	}
	invariant.Check(len(starts) < chunksMax, "memtable: a ref can address every chunk")
	first := unsafe.Pointer(unsafe.SliceData(make([]uint64, words)))
	starts = append(starts, first)
	a.starts.Store(&starts)
	a.mu.total += words
	return first, len(starts) - 1
}

// at returns the node at r.
func (a *arena) at(r ref) *node {
	start := (*a.starts.Load())[r>>offsetBits]
	return (*node)(unsafe.Add(start, int(r&(chunkWordsMax-1))*wordBytes))
}

// bytes returns the memory in use, without the unused part of the open chunk.
func (a *arena) bytes() int {
	c := a.open.Load()
	return wordBytes * (c.below + int(c.own.Load()) + min(int(c.free.Load()), len(c.words)))
}

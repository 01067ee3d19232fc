package cache

import (
	"sync"

	"github.com/lightningdb/lightning-torture/engine/internal/sst"
)

const shardCount = 16

// A Cache is an sst.Cache of limited size.
type Cache struct{ shards [shardCount]shard }

var _ sst.Cache = (*Cache)(nil)

// Metrics tell how well a cache does.
type Metrics struct {
	Hits   uint64 // Gets that found their block
	Misses uint64 // Gets that did not
	Blocks int    // blocks held now
	Bytes  int64  // length of the blocks held now
}

// New returns an empty cache that holds up to capacityBytes of blocks. With a capacity of 0 or less it keeps nothing.
func New(capacityBytes int64) *Cache {
	c := &Cache{}
	for i := range c.shards {
		c.shards[i].capacity = capacityBytes / shardCount
	}
	return c
}

// Get returns the block of a file at an offset, or nil.
func (c *Cache) Get(file, offset uint64) []byte {
	id := blockID{file, offset}
	return c.shards[id.shard()].get(id)
}

// Put keeps a block, in place of the one it has under that file and offset.
func (c *Cache) Put(file, offset uint64, block []byte) {
	id := blockID{file, offset}
	c.shards[id.shard()].put(id, block)
}

// Metrics returns the sums over all shards. Each shard's numbers belong together, those of two shards may be from
// different moments.
func (c *Cache) Metrics() Metrics {
	var m Metrics
	for i := range c.shards {
		c.shards[i].addTo(&m)
	}
	return m
}

type blockID struct{ file, offset uint64 }

// shard spreads the blocks of a file, whose offsets are any numbers, over the shards.
func (id blockID) shard() uint64 {
	return (id.file*0x9e3779b97f4a7c15 + id.offset) * 0xd6e8feb86659fd93 >> 60
}

// A shard is a cache of its own.
type shard struct {
	capacity int64

	mu struct {
		sync.Mutex
		blocks       map[blockID]*node
		used         node // ring: next is the block used last, prev the one not used for longest
		bytes        int64
		hits, misses uint64
	}
}

type node struct {
	id         blockID
	block      []byte
	prev, next *node
}

func (s *shard) get(id blockID) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.mu.blocks[id]
	if n == nil {
		s.mu.misses++
		return nil
	}
	s.mu.hits++
	n.unlink()
	n.linkAfter(&s.mu.used)
	return n.block
}

func (s *shard) put(id blockID, block []byte) {
	if int64(len(block)) > s.capacity {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mu.blocks == nil {
		s.mu.blocks = make(map[blockID]*node)
		s.mu.used.prev, s.mu.used.next = &s.mu.used, &s.mu.used
	}
	if old := s.mu.blocks[id]; old != nil {
		s.remove(old)
	}
	for s.mu.bytes+int64(len(block)) > s.capacity {
		s.remove(s.mu.used.prev)
	}
	n := &node{id: id, block: block}
	n.linkAfter(&s.mu.used)
	s.mu.blocks[id] = n
	s.mu.bytes += int64(len(block))
}

func (s *shard) remove(n *node) {
	n.unlink()
	delete(s.mu.blocks, n.id)
	s.mu.bytes -= int64(len(n.block))
}

func (s *shard) addTo(m *Metrics) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m.Hits += s.mu.hits
	m.Misses += s.mu.misses
	m.Blocks += len(s.mu.blocks)
	m.Bytes += s.mu.bytes
}

func (n *node) unlink() {
	n.prev.next, n.next.prev = n.next, n.prev
}

func (n *node) linkAfter(at *node) {
	n.prev, n.next = at, at.next
	n.prev.next, n.next.prev = n, n
}

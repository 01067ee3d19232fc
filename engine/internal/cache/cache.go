package cache

import (
	"github.com/lightningdb/lightning-torture/engine/internal/sst"
)

const shardCount = 16

// A Cache is an sst.Cache of limited size.
type Cache struct{ shards [shardCount]shard }

var _ sst.Cache = (*Cache)(nil)

// Metrics tell how effective a cache is.
type Metrics struct {
	Hits   uint64 // calls of Get that found their block
	Misses uint64 // calls of Get that did not
	Blocks int    // number of blocks held now
	Bytes  int64  // total length of the blocks held now
}

// New returns an empty cache for up to capacityBytes of blocks. With a capacity of 0 or less it keeps nothing.
func New(capacityBytes int64) *Cache {
	c := &Cache{}
	for i := range c.shards {
		c.shards[i].capacity = capacityBytes / shardCount
	}
	return c
}

// Get returns the block at an offset of a file, or nil.
func (c *Cache) Get(file, offset uint64) []byte {
	id := blockID{file, offset}
	return c.shards[id.shard()].get(id)
}

// Put stores a block, replacing the one held for the same file and offset.
func (c *Cache) Put(file, offset uint64, block []byte) {
	id := blockID{file, offset}
	c.shards[id.shard()].put(id, block)
}

// Metrics returns the sums over all shards. Within a shard, the numbers of blocks and bytes are consistent; everything
// else may be from different moments.
func (c *Cache) Metrics() Metrics {
	var m Metrics
	for i := range c.shards {
		c.shards[i].addTo(&m)
	}
	return m
}

type blockID struct{ file, offset uint64 }

// shard spreads the blocks of a file, whose offsets are arbitrary, over the shards.
func (id blockID) shard() uint64 {
	return (id.file*0x9e3779b97f4a7c15 + id.offset) * 0xd6e8feb86659fd93 >> 60
}

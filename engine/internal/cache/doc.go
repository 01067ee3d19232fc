// Package cache keeps blocks of tables in memory, up to a number of bytes.
//
//   - C1: safe for any number of goroutines. It is cut into 16 shards with a lock each, which a hit takes for
//     reading only. A hit writes one cache line: that of its shard's lock, where the counters are as well.
//   - C2: the blocks that it holds are together never longer than the capacity. What has not been used since a hand
//     last swept over it goes first (per shard; CLOCK), and a block that has never been read goes before one that has.
//     A block longer than a shard's share of the capacity is not kept.
//   - C3: a cache that was never used costs its header only: a shard makes its map when it gets its first block.
//
// Blocks are shared and must never be written. A file's number must never be used for another file, or the cache
// returns the blocks of the first; blocks of files that are gone are not removed, they age.
//
// CLOCK in place of a list in order of use: a hit takes 0.6 times as long with 8 goroutines on 2 CPUs, and of 2M zipfian
// reads (exponents 1.01 to 1.3, room for a tenth) 0.1 to 0.8 percentage points more hit, 0.5 to 1.2 with a scan between.
package cache

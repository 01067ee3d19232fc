// Package memtable holds the newest writes of a store in memory, in order: a skiplist whose nodes, keys and values lie
// in an arena of few large allocations, so that the garbage collector never looks at an entry.
//
// The package promises:
//
//   - M1: one writer at a time, any number of readers at any time. Readers take no lock: everything a reader can reach
//     was written before the atomic store of the link that leads to it, and never changes afterwards.
//   - M2: Add copies key and value. What Get and an iterator return aliases the arena: it stays valid and unchanged as
//     long as somebody holds it, and must not be written.
//   - M3: an entry is visible to readers as soon as Add returns, and never before it is complete.
//   - M4: a table costs about what it holds: nothing but its header when empty, a chunk of at most 4 KiB for the first
//     entries, then chunks of a quarter of what there is, up to 1 MiB. An entry that is larger than half the next
//     chunk gets one of its own, so values up to 1 GiB work.
//   - M5: the shape of the list is a function of the sequence of Add calls: heights come from a generator with a fixed
//     seed. A replayed run allocates the same.
//
// It does not know snapshots, batches or sizes to rotate at; the caller stops adding when Bytes is large enough.
//
// # Layout
//
// An arena is a list of chunks of 64-bit words. A ref is 32 bits: the number of a chunk and the offset of a word in it.
// A node lies in one chunk. Its ref points at the trailer; the tower grows downwards from there, so that the link which
// a search just followed, the lengths and the key share a cache line or two, and no height need be stored.
//
//	link h-1 | ... | link 1 | link 0 | trailer | key length u32, value length u32 | key bytes, value bytes, padding
//	                                   ^ ref
//
// A link is one word: the ref of the next node in the low half and, in the high half, the first four bytes of that
// node's key. Many steps of a search are decided by these four bytes, without a cache miss on the next node: with 1M
// random 16-byte keys an insert takes 1.09 µs and a get 1.65 µs, 1.36 µs and 2.2 µs if all hints are made equal. Keys
// that all begin with the same four bytes gain nothing.
package memtable

// Package memtable holds the newest writes of a store in memory, in order: a skiplist whose nodes, keys and values lie
// in an arena of few large allocations, so that the garbage collector never looks at an entry, and beside it a hash
// index for point gets.
//
// The package promises:
//
//   - M1: any number of goroutines add, read and iterate at any time. Only an Add that needs a new chunk takes a lock.
//     Everything that can be reached was written before the atomic swap of the link or slot that leads to it; after
//     that, only links and slots change. An Inserter and an iterator are used by one goroutine each.
//   - M2: Add copies key and value. What Get and an iterator return aliases the arena: it stays valid and unchanged as
//     long as somebody holds it, and must not be written.
//   - M3: an entry is visible to readers as soon as its Add returns, and never before it is complete. A Get at a
//     sequence number returns the newest version up to there of all whose Add returned before the Get began, or a
//     newer one up to there whose Add was under way.
//   - M4: a table costs about what it holds: nothing but its header when empty, a chunk of at most 4 KiB for the first
//     entries, then chunks of a quarter of what there is, up to 1 MiB. An entry that is larger than half the next
//     chunk gets one of its own, so values up to 1 GiB work. The index comes with the 4096th entry.
//   - M5: the shape of the list is a function of the entries in it, in whatever order and by however many goroutines
//     they were added: a node's height is a hash of its sequence number. Entries with equal numbers get equal heights,
//     and a table of those only is slow. With one goroutine, the same calls allocate the same and Bytes is the same.
//
// It does not know snapshots, batches or sizes to rotate at; the caller stops adding when Bytes is large enough.
//
// # Layout
//
// An arena is a list of chunks of 64-bit words. A ref is 32 bits: the number of a chunk and the offset of a word in it.
// A node lies in one chunk. Its ref points at the trailer; the tower grows downwards from there, so that the link that
// a search just followed, the lengths and the key share a cache line or two, and no height need be stored.
//
//	link h-1 | ... | link 1 | link 0 | trailer | key length u32, value length u32 | key bytes, value bytes, padding
//	                                   ^ ref
//
// A link is one word: the ref of the next node in the low half and, in the high half, the first four bytes of that
// node's key. Many steps of a search are decided by these four bytes, without a cache miss on the next node. Keys that
// all begin with the same four bytes gain nothing. Because a rejected node costs nothing, every second node is one
// higher: a search follows fewer links than with one in four, for 5 bytes more an entry.
//
// # Adding
//
// A node is linked level by level from the bottom, each by one compare-and-swap of the link before it; if somebody was
// faster, the neighbours on that level are looked for again. Links only ever lead to nodes that were not there before,
// so a swap that succeeds found the neighbours unchanged. A search that meets a node on a level finds it on all below.
//
// An Inserter keeps, on each level, the link before the last entry and the one after. The next entry is searched for
// from the lowest level on which it lies between the two and they are still neighbours. Let those be p and q on level
// l. Higher levels then enclose it as well: what is remembered before is not after p; what is remembered after lies
// after the last entry, and if it lay before the new one, it would be between p and q, or p would be after the last
// entry. Whether they are still neighbours there does not matter: the swap tells.
//
// # Index
//
// A slot is 0, or the low half of the hash of a user key above the ref of its newest version. The high half chooses the
// first of 32 consecutive slots in which the key may be; it takes the first that is empty, by a compare-and-swap.
//
// A slot never changes its key, and never becomes empty. Hence two inserters of one key pass the same foreign slots and
// meet at the same one: a key has at most one slot. A key whose 32 slots all belong to others gets none, now or later. So
// an empty slot proves that a key is not in the index, and 32 foreign ones prove nothing: then the list is asked. A full
// index degrades key by key, without a flag or a counter. A version replaces an older one in its slot, never a newer.
//
// An inserter looks for the index after its node is linked on every level. The builder publishes the index first and
// walks the list second. Both are sequentially consistent. If the inserter did not see the index, its node was linked
// before the walk began, and the walk meets it, because a walk over a sorted list that only grows meets everything that
// was there before. So once the walk is over, which the index says by a flag of its own, each entry whose Add has
// returned is in its key's slot, or a newer one is, or the key has no slot. A larger index replaces a full one in the
// same way, by a walk over all entries, which a table within its hint rarely needs; a Get that began with the older one began before any Add that missed it returned.
//
// A Get takes the version in the slot if it is visible. It is the newest of all whose Add returned. Otherwise the visible
// one is further on in the list, where all versions follow newest first: a few steps on level 0, or a search.
//
// # Rejected
//
//   - One node in four higher: about 15 % slower to add to, with these links.
//   - A count of used slots to call an index full: one more word that all inserters write.
//   - Heights from a generator: its state is shared, and the list would depend on who came first.
//   - Huge pages for chunks of 4 MiB and the index: 2 to 6 % for a table of 400,000 entries, 7 to 12 % for one of 1M, at
//     the price of larger chunks and of advice that outlives them in the heap of the runtime.
//   - Reading a key's slot before the search, so that it is in the cache after: no gain.
package memtable

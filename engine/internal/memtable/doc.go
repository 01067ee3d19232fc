// Package memtable holds the newest writes of a store in memory, in order. It is a skiplist whose nodes, keys and
// values lie in an arena of a few large allocations, so that the garbage collector never looks at an entry. A separate
// hash index serves point gets.
//
// Promises:
//
//   - M1: any number of goroutines may add, read and iterate at any time. Only an Add that needs a new chunk takes a
//     lock. Everything reachable was written before the atomic swap of the link or slot that leads to it; after that,
//     only links and slots change. An Inserter and an iterator are used by one goroutine each.
//   - M2: Add copies key and value. What Get and an iterator return aliases the arena: it stays valid and unchanged as
//     long as it is referenced, and must not be modified.
//   - M3: an entry is visible to readers as soon as its Add returns, and never before it is complete. A Get at a
//     sequence number returns the newest version up to there among those whose Add had returned before the Get began,
//     or a newer one up to there whose Add was under way.
//   - M4: memory use follows content: an empty table has only its header, the first entries take a chunk of at most 4
//     KiB, and further chunks add a quarter of the total, up to 1 MiB. An entry larger than half the next chunk gets a
//     chunk of its own, so values up to 1 GiB work. The index comes with the 4096th entry.
//   - M5: the shape of the list depends only on its entries, not on the order in which, or the goroutines by which,
//     they were added: a node's height is a hash of its sequence number. Entries with equal numbers get equal heights,
//     and a table of only such entries is slow. With one goroutine, the same calls make the same allocations, and Bytes
//     is the same.
//
// It knows nothing about snapshots, batches or rotation; the caller stops adding when Bytes is large enough.
//
// # Layout
//
// An arena is a list of chunks of 64-bit words. A ref has 32 bits: a chunk number and the offset of a word in that
// chunk. A node lies within one chunk. Its ref points to the trailer, and the tower of links grows downwards from
// there, so that the link that a search just followed, the lengths and the key share a cache line or two, and no height
// need be stored.
//
//	link h-1 | ... | link 1 | link 0 | trailer | key length u32, value length u32 | key bytes, value bytes, padding
//	                                   ^ ref
//
// A link is one word: the ref of the next node in the low half and the first four bytes of that node's key in the high
// half. These four bytes decide many steps of a search without a cache miss on the next node; keys that all begin with
// the same four bytes gain nothing. Because rejecting a node is nearly free, every second node is one level higher: a
// search follows fewer links than with one in four, for 5 more bytes per entry.
//
// # Adding
//
// A node is linked level by level from the bottom, each time by a compare-and-swap of the preceding link. If another
// goroutine was faster, the neighbours on that level are searched for again. Links only ever lead to nodes that were
// not there before, so a swap that succeeds found the neighbours unchanged. A search that meets a node on one level
// meets it on all levels below.
//
// An Inserter remembers, for each level, the link before its last entry and the one after. The search for the next
// entry starts at the lowest level on which the entry lies between the two and they are still neighbours. Call these p
// and q, on level l. Then the nodes remembered on every higher level enclose the new entry as well. The one before
// sorts no later than p. The one after sorts after the last entry, and so after p; if it sorted before the new entry,
// it would lie between p and q, which are neighbours on level l. Whether the nodes of a higher level are still
// neighbours there does not matter, because the swap finds out.
//
// # Index
//
// A slot is 0, or the low half of the hash of a user key above the ref of its newest version. The high half of the hash
// selects the first of the 32 consecutive slots in which the key may be. It takes the first empty one with a
// compare-and-swap.
//
// A slot never changes its key and never becomes empty. Hence two inserters of the same key pass the same foreign slots
// and meet at the same one, so a key has at most one slot. A key whose 32 slots all belong to others never gets one. So
// an empty slot proves that a key is not in the index, while 32 foreign ones prove nothing, and the list is searched
// instead. A full index degrades key by key, without a flag or a counter. In a slot, a version replaces only an older
// one.
//
// An inserter looks for the index after its node is linked on every level. The builder publishes the index first and
// walks the list second. Both operations are sequentially consistent. If the inserter did not see the index, its node
// was linked before the walk began, and the walk meets it, because a walk over a sorted list that only grows meets
// everything that was there when it began. So once the walk is over, which the index records in a flag, every entry
// whose Add has returned is in its key's slot, or a newer one is, or the key has no slot. A larger index replaces a
// full one in the same way, by a walk over all entries, which a table within its size hint rarely needs. A Get that
// uses the older index began before the larger one was published, and so before any Add that missed the older index
// returned.
//
// A Get takes the version in the slot if it is visible: it is the newest of all whose Add returned. Otherwise the
// visible version is further on in the list, where all versions follow newest first: a few steps on level 0, or a
// search.
//
// # Rejected
//
//   - One node in four one level higher: about 15 % slower to add to, with these links.
//   - A counter of used slots to tell when an index is full: one more word that all inserters write.
//   - Heights from a random generator: its state is shared, and the list would depend on the order of arrival.
//   - Huge pages for chunks of 4 MiB and the index: 2 to 6 % for a table of 400,000 entries, 7 to 12 % for one of 1M,
//     at the price of larger chunks and of madvise settings that outlive them in the runtime's heap.
//   - Reading a key's slot before the search, to have it in the cache afterwards: no gain.
package memtable

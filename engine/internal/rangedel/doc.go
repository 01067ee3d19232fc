// Package rangedel keeps range deletes: tombstones, each of which hides everything written before it to the keys of a
// range. It deals with keys and sequence numbers only, not with files or snapshots.
//
// Promises:
//
//   - R1: a tombstone hides the entries of its keys whose sequence numbers are smaller than its own. Its end is
//     exclusive. An empty range never occurs.
//   - R2: a [Set] is sorted by start, then newest first. Any two of its tombstones have identical or disjoint ranges,
//     so a binary search finds all that cover a key.
//   - R3: for a reader at any of the requested points, the result of [Merge] has the same effect as all tombstones
//     together, and contains nothing that none of these readers needs. Equal input, in any order, gives equal output.
//   - R4: sets are never modified. They share the memory of keys with their sources.
//   - R5: a [Live] takes n tombstones in O(n log² n) time and O(n log n) memory, however they overlap, and answers in
//     O(log² n). It is safe for concurrent use. A tombstone is seen as soon as Add returns. What readers of the present
//     see is computed once for all iterators made before the next Add.
//   - R6: [Hide] returns a full key.Iterator, in both directions, over the entries that are not hidden. Where
//     everything an iterator has in a range is hidden, it seeks over the range instead of stepping through it.
//
// # Live
//
// Readers of different ages see different subsets of the overlapping tombstones. Keeping all of them for every key
// would take quadratic memory when ranges are nested, and deleting a growing prefix is a typical use of range deletes.
// So a Live is a forest: two trees of equal weight are joined under a root that holds what a reader of the present sees
// of both. A reader that is older than some of that, but not all, consults the two subtrees instead.
//
// # Rejected
//
//   - One immutable set, copied by each Add: 10,000 range deletes in a memtable would copy 10,000 × 5,000 tombstones.
//   - Keeping tombstones as written and searching for the ranges that contain a key: a single long one makes every
//     search linear.
package rangedel

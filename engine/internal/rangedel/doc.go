// Package rangedel keeps range deletes: tombstones, each of which hides what was written before it to any key of a
// range. It knows keys and sequence numbers, and neither files nor snapshots.
//
// The package promises:
//
//   - R1: a tombstone hides the entries of its keys whose sequence numbers are smaller than its own. Its end is not one
//     of its keys. Nobody makes one that has no keys.
//   - R2: a [Set] is sorted by start, and then newest first. Two of its tombstones have the same range, or ranges
//     without a common key, so that a binary search finds all that cover a key.
//   - R3: what [Merge] makes has the same effect, for a reader at any of the points that it was asked for, as all
//     tombstones together, and contains nothing that none of these readers needs. Equal input, in any order, gives
//     equal output.
//   - R4: sets are never changed; they share the memory of keys with what they are made from.
//   - R5: a [Live] takes n tombstones in O(n log² n) time and O(n log n) memory, however they overlap, and answers in
//     O(log² n). Any number of goroutines may add and read. A tombstone is seen as soon as Add returns.
//     What readers of the present see is put together once, for all iterators that are made before the next Add.
//   - R6: [Hide] returns a full key.Iterator, in both directions, of the entries that are not hidden. Where everything
//     that an iterator has in a range is hidden, it seeks over the range in place of stepping through it.
//
// # Live
//
// Readers of different ages see different ones of the tombstones that overlap. To keep all of them for every key costs
// quadratic memory when ranges are nested, and to cut off a growing prefix is what range deletes are used for. So a
// Live is a forest: two trees of equal weight become one, whose root holds what a reader of the present sees of both. A
// reader who is older than some of it, and newer than some, asks the two parts in its place.
//
// # Rejected
//
//   - One immutable set, copied by each Add: 10,000 range deletes in a memtable copy 10,000 × 5,000 tombstones.
//   - To keep tombstones as they were written and to search the ranges that a key lies in: one that is long makes each
//     search linear.
package rangedel

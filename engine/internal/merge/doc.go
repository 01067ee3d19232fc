// Package merge makes one iterator of many: the entries of all children, in the order of key.Compare.
//
//   - G1: every entry of every child is met once in either direction, and a change of direction goes on from the entry
//     under the iterator. Equal entries of two children are both met, that of the child named first is the smaller.
//   - G2: an error of a child ends the merge at once, valid or not: entries that the child could not deliver must not
//     be passed over in silence. A movement to a place (First, Last, a seek) tries the children again.
//   - G3: children may get new entries while the merge runs (a memtable does). Order is kept. Those that appear before
//     the place where a child already stands may not be met until the next movement to a place.
//   - G4: a step allocates nothing, and calls only the child that moves. The keys under the children are kept in a
//     heap.
//   - G5: Close closes every child, and joins their errors.
package merge

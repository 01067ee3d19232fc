// Package merge combines iterators into one that returns the entries of all of them in the order of key.Compare.
//
//   - G1: every entry of every child is met once in either direction, and a change of direction continues from the
//     current entry. Equal entries of two children are both met, the one of the child named first counting as smaller.
//   - G2: an error of a child ends the merge at once, even if other children have entries: those that the child could
//     not deliver must not be skipped silently. An absolute movement (First, Last, a seek) tries the children again.
//   - G3: children may get new entries while the merge runs, as a memtable does. The order is kept. New entries before
//     a child's current position may not be met until the next absolute movement.
//   - G4: a step allocates nothing and calls only the child that moves. The current keys of the children are in a heap.
//   - G5: Close closes every child and joins their errors.
package merge

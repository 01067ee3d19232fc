// Package visit is a client that writes to a store that has just recovered. Explorers use it to test whether the store still
// works after a crash, and then cut the power again.
//
// In a key-value store the visitor writes keys that sort after all keys of the run, so that its writes can be told apart. A
// log continues where it ends: what the visitor appends in one life may take the index of an entry that is missing in the
// next. So the visitor remembers the first index that it may have written.
package visit

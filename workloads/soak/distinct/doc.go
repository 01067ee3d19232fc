// Package distinct counts distinct things by their hashes, in bounded memory. A Set keeps the Max smallest of all hashes that were
// added: it counts exactly up to that number, and above it estimates the count from how densely the smallest ones lie, with a standard
// error of 1/√Max, or 0.8 %. The union of sets is the set of all their hashes, so shards of a soak can be added up.
//
// A ledger stores with each cell only the hashes that change the set, so it grows with the number of distinct things, and not with
// that of cells: by 11 bytes for each of the first Max, and ever more slowly after that.
//
// The estimator is that of Bar-Yossef et al., Counting Distinct Elements in a Data Stream (2002), the k minimum values. HyperLogLog
// would need less memory, but it has the error at small counts as well, where a soak ends, and each cell would carry a sketch of some
// kilobytes.
//
// A Set is used by one goroutine. The package knows nothing else of this module. Callers: the ledger, and the page of a soak.
package distinct

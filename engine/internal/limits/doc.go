// Package limits holds the thresholds of the engine that are no options for its users: the sizes and numbers at which
// something rolls over, overflows, is forgotten, read in pieces or made to wait.
//
// They are set for tests. A short run reaches what lies behind a threshold only if the threshold is low, so a test
// lowers it (the idea is that of buggify in FoundationDB); the code is the same whatever the values. Production uses the
// defaults, which are what the zero value stands for.
//
// The layout of tables is here for the same reason: tables of old stores are read for as long as they live, and only a store that
// still writes them meets them.
//
// What is part of a file format cannot vary and is not here: log blocks of 32 KiB, chunks of 64 KiB in blob files, 7
// levels. Nor are sizes at which a buffer is given back instead of being kept, which nobody can observe, and the bounds
// on sizes that damaged or forged files claim.
package limits

// Package limits holds the engine's thresholds that are not options for its users: the sizes and counts at which
// something rolls over, overflows, is forgotten, is read in pieces or has to wait.
//
// They exist as settings for the sake of tests. A short run reaches the code behind a threshold only if the threshold
// is low, so a test lowers it, as with buggify in FoundationDB; the code is the same whatever the values. Production
// uses the defaults, which the zero value stands for.
//
// The layout of tables is here for the same reason: tables of old stores must stay readable, and only a store that
// still writes that layout exercises it.
//
// Constants of a file format cannot vary and are not here: log blocks of 32 KiB, blob chunks of 64 KiB, 7 levels. Nor
// are the sizes above which a buffer is not recycled, which no one can observe, or the bounds on sizes claimed by
// damaged or forged files.
package limits

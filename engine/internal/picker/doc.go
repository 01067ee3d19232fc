// Package picker chooses the next compaction. It reads the live tables and the running compactions and changes nothing:
// the same state gives the same choice (I12 of package engine).
//
// Reading order: compaction.go describes what is chosen, picker.go how urgent each level is, inputs.go which tables a
// compaction takes, small.go how small files are merged, garbage.go which blob files are worth emptying.
//
// A Picker is used by one goroutine. Package engine creates one under DB.mu and registers the compaction that it picks
// before releasing the lock.
package picker

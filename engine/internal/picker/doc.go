// Package picker chooses the next compaction. It reads the live tables and what runs already, and changes nothing: the
// same state gives the same choice (I12 of package engine).
//
// Reading order: compaction.go has what is chosen; picker.go how urgent each level is; inputs.go which tables a
// compaction takes; small.go how small files are merged; garbage.go which blob files are worth emptying.
//
// A Picker is used by one goroutine. Package engine makes one under DB.mu and registers what it picks before it lets
// go of that.
package picker

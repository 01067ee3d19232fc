// Package stack reads the stacks of goroutines: which calls on them are the engine's and which the lab's own, who is to blame
// for a panic that ended the process, and where the goroutines of an engine that hangs are waiting.
//
// It is a leaf. All functions may be called from any goroutine; Containing stops the world for a moment.
package stack

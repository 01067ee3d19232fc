// Package stack reads the stacks of goroutines: which calls are the engine's and which the lab's own, who is to blame
// for a panic that ended the process, and where the goroutines of a hanging engine wait.
//
// It is a leaf. All functions may be called from any goroutine; Containing stops the world for a moment.
package stack

// Package trace is the vocabulary of a recorded run: the filesystem calls of a program, what each of them changed, and
// what faults did to it.
//
// A trace is a slice of Op, oldest first. Ops are numbered by tick, the value of one logical clock that never repeats.
// An op carries everything needed to compute what a power cut may leave: the bytes written, the sizes before and after,
// and the directory entries changed (Edit). Files are identified by inode number, so a trace remains valid when names
// move. The JSON form is part of saved evidence files: field names and the numbers of OpKind, Effect and Failure never
// change, and new ones are added at the end.
//
// The package imports no other package of this project. Package rule decides which calls a fault hits, package crash
// what survives, and package faultfs records. Values are plain data; a trace shared between goroutines must not be
// changed.
package trace

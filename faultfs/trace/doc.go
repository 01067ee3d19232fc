// Package trace is the vocabulary of a recorded run: the filesystem calls of a program, what each of them changed, and
// what faults did to it.
//
// A trace is a slice of Op, oldest first. Ops are numbered by tick, the value of one logical clock that never repeats.
// An op carries everything that is needed to work out what a power cut may leave behind: the bytes that were written,
// the sizes before and after, and the directory entries that changed (Edit). Files are identified by inode number, so
// a trace remains valid when names move. The JSON form is part of saved evidence files: field names and the numbers of
// OpKind, Effect and Failure never change, and new ones are added at the end.
//
// The package imports nothing of ours. Package rule says which calls a fault hits, package crash what survives, and
// package faultfs records. Values are plain data; whoever shares a trace between goroutines must not change it.
package trace

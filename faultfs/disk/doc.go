// Package disk represents the content of a disk: directories, files and their bytes. Package crash keeps in it what is
// durable, and package faultfs what a running program has in memory.
//
// A Disk is a persistent data structure and a Content shares its pages copy-on-write, so the state at another tick, or
// one more crash image, costs memory only for what differs:
//
//  1. Share returns a disk that never changes. Later changes to the receiver copy what they touch.
//  2. Fork returns a content with the same bytes. The forked content must not be changed afterwards; the fork copies a
//     page before it first writes to it.
//  3. Where nothing was written, a Content reads as zeros, and bytes beyond its size read as zeros when it grows
//     again.
//
// The package knows nothing of crashes, faults or time, and does not check requests: naming something in a directory
// that does not exist creates the directory. A disk or content that changes must be used by one goroutine at a time;
// shared ones are safe for concurrent use.
package disk

// Package cancel lets an operation end when a context is done, wherever it is at that moment.
//
// [FS] wraps a filesystem: once the context is done, every call fails and reaches nothing, except those that clean up:
// files are still closed and removed. Loops that compute without calling the filesystem ask [Err].
//
// All errors are recognized by [Is], and wrap the error and the cause of the context. They say nothing about the disk: a
// call that fails with one has changed nothing (package durable relies on that). A context that cannot be done costs
// nothing: FS returns the filesystem as it is.
//
// Packages that look for what else a filesystem can do, or for the operating system's, ask [Base].
package cancel

// Package cancel makes an operation end when a context is done, wherever it happens to be.
//
// [FS] wraps a filesystem. Once the context is done, every call fails and reaches nothing, except the calls that clean
// up: files are still closed and removed. Loops that compute without calling the filesystem check [Err].
//
// All these errors satisfy [Is] and wrap the error and the cause of the context. They say nothing about the disk: a
// call that fails with one of them has changed nothing. Package durable relies on that. A context that can never be
// done costs nothing, because FS then returns the filesystem unchanged.
//
// [Base] returns the underlying filesystem, for packages that test it for optional interfaces or for the operating
// system's.
package cancel

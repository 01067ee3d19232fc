// Package measure reads the resource usage of a process (resident memory, file descriptors, CPU time) and the free space of a disk.
// What cannot be read is an error, never zero: a soak judges whether figures stay flat, and a missing figure must not look flat.
//
// It reads /proc on Linux; elsewhere every function returns errors.ErrUnsupported. The functions are safe for concurrent use. The
// package knows nothing else of this module. Callers: the supervisor and the soak.
package measure

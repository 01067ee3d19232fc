// Package measure reads what a process and a disk use: resident memory, file descriptors, processor time, free space. What
// cannot be read is an error and never a zero: a soak that judges whether figures stay flat must not take silence for flatness.
//
// Linux has all of it in /proc; elsewhere every function returns errors.ErrUnsupported. The functions may be called by any
// number of goroutines. The package knows nothing else of this module. Callers are the supervisor and the soak.
package measure

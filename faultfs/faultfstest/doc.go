// Package faultfstest is a conformance suite for filesystems behind afero.Fs. It covers what a storage engine may
// expect of files, names and directories when nothing fails.
//
//  1. Run passes on the operating system's filesystem, so whatever else passes behaves like it.
//  2. Errors are compared as programs compare them: with errors.Is, against fs.ErrNotExist and the like or an errno.
//  3. Optional interfaces, such as Link, are tested if they are implemented.
//
// Paths in the suite are absolute and clean. The tests of this package compare all other spellings of paths, and all
// flags, with Linux call by call. Modes, owners and times are not covered.
package faultfstest

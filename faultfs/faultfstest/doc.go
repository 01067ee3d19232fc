// Package faultfstest is a conformance suite for filesystems behind afero.Fs: what a storage engine may expect of
// files, names and directories when nothing fails.
//
//  1. Run passes on the operating system's filesystem, so whatever else passes behaves like one.
//  2. Errors are compared as programs compare them: by errors.Is, with fs.ErrNotExist and its like or an errno.
//  3. Optional interfaces, such as Link, are tested where they exist.
//
// Paths in the suite are absolute and clean. How a filesystem answers all other spellings of a path, and all flags, is
// compared with Linux call by call in the tests of this package. Modes, owners and times are not covered.
package faultfstest

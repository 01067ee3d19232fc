// Package evidence holds what is kept of a failure: the finding that people read, the token that repeats its run, the
// file with the concrete operations, and the Go test.
//
//	finding.go  Finding, and how a failure becomes one   ltrace.go   Evidence: the saved finding
//	tracelines.go  the operations before a crash         gotest.go   Case, and the Go test of a finding
//	token.go    tokens                                   literal.go  values as Go source
//	tokencode.go, tokenkeep.go, tokenlimits.go  how their values are packed
//	died.go     what ended the process                   load.go     reading a saved finding, within limits
//	wording.go  sentences without repetitions            check.go    the numbers in it
//
// Formats. A token is "LT2-" followed by base 32 in Crockford's alphabet: hashes of names (2 bytes each), numbers as
// varints, and a checksum of 3 bytes. The prefix carries the version of the format and of the script generators, so a
// token of another version cannot be replayed. A saved finding (.ltrace) is gzipped JSON of Evidence, version 1. It
// replays whatever later generators do, because it holds the script, the trace and the history themselves. Fields may
// be added to it, but are never renamed.
//
// Promises:
//
//   - F1: a finding replays (T4 of package torture): its token repeats a run of one client, its file repeats any run.
//   - F2: a file is written completely or not at all.
//   - F3: tokens and files of earlier program versions with the same format version can be read; a test keeps some.
//   - F4: tokens and files may come from anyone. Compressed data is measured before it is kept, and every number is compared
//     with its limit before anything of that size is allocated: the limits of a spec are in package plan, those of a file in
//     load.go and check.go. Evidence beyond the limits is not saved.
//
// Errors are ErrBadToken for what cannot be read, and ErrHost for what cannot be written.
package evidence

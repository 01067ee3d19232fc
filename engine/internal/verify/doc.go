// Package verify reads an open store from end to end and reports all damage: wrong checksums, entries, levels or logs
// out of order, references that lead nowhere, files that are missing and files that should not be there.
//
// It changes nothing, and knows the store as a [Store] lists it. Package engine fills that in and keeps commits and
// maintenance out meanwhile (DB.Verify). All damage is corrupt.Err; other errors are those of the filesystem.
package verify

// Package verify reads an open store from end to end and reports all damage: wrong checksums; entries, levels or logs
// out of order; dangling references; missing files, and files that do not belong there.
//
// It changes nothing and sees the store through a [Store]. Package engine fills that in and keeps commits and
// maintenance out meanwhile (DB.Verify). All damage is corrupt.Err; other errors come from the filesystem.
package verify

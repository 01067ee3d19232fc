// Package filename names the files of a store and sorts the names found in its directory. It opens no files. All
// functions are safe for concurrent use; a Files belongs to its caller.
//
// Logs, tables and blob files are named by their number, in at least six digits, and a suffix: 000005.log, 000006.sst,
// 000007.blob. Manifests and markers are named in internal/manifest. All of them except markers take their numbers from
// one counter.
package filename

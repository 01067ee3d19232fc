// Package filename names the files of a store and sorts the names that are found in its directory. It opens none of
// them. Any goroutine may call any function; a Files belongs to its caller.
//
// Logs, tables and blob files are named by their number, in at least six digits, and what they are: 000005.log,
// 000006.sst, 000007.blob. Manifests and markers have names of their own (internal/manifest). All of them take their
// numbers from one counter, except markers.
package filename

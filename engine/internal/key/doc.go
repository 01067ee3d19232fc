// Package key defines the entries that every layer of the engine sorts: a user key with the sequence number of the
// commit that wrote it. Entries are ordered by user key ascending and, among versions of one user key, newest first.
package key

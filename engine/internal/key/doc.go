// Package key defines the entries that every layer of the engine sorts: a user key with the sequence number of its
// write. Entries are ordered by user key, ascending, and versions of the same key newest first.
package key

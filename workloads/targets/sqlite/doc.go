// Package sqlite adapts SQLite to the lab, as github.com/ncruces/go-sqlite3 compiles it to Go. It stores keys and values in one
// table of one database.
//
// Target uses a rollback journal and synchronous=EXTRA, WAL a write-ahead log and synchronous=FULL; both promise that a commit
// survives a power cut. Package vfs below puts SQLite's files on the afero.Fs of the environment. The promises, each with
// the sentence of SQLite's documentation that makes it, are in promises.go.
//
// There is one connection, which runs one statement at a time, so what several connections do to one another is not tested.
// SQLite built in C is tortured by exec: see package programs.
//
// The package is a module of its own. It requires go-sqlite3 v0.34.0, so the go.mod of its user decides which version is
// tested, and with it which version of SQLite.
package sqlite

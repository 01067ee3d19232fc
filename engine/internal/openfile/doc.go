// Package openfile reads the files of a store through a limited number of descriptors.
//
//   - O1: a Pool never has more than its maximum of files open. To open another one, it first closes a file that has
//     not been read since its hand last passed (CLOCK), and waits if all are being read.
//   - O2: a file is not closed while it is being read. To its reader a File is open until Close is called, however
//     often it is closed and reopened in between.
//   - O3: a file is reopened by name. So the name must exist, and must refer to the same file, until Close.
//
// A read of an open file takes that file's lock for reading and nothing shared with other files. A File is safe for
// concurrent use; Close must be called once, when no one is reading.
//
// Tried and rejected: keeping whole table readers in the pool, as LevelDB does, including filter and index. Reopening a
// table would mean reading those again, and everywhere else memory has a limit of its own.
package openfile

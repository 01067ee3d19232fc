// Package openfile reads the files of a store through a limited number of descriptors.
//
//   - O1: a Pool never has more than its maximum of files open. Whoever needs another one first closes one that has not
//     been read since a hand last swept over it (CLOCK), and waits if all are being read.
//   - O2: a file is not closed while it is being read. To the reader a File is open until it calls Close, however often it
//     is closed and opened again in between.
//   - O3: a file is opened again by its name. So the name must stay, and must stay the name of that file, until Close.
//
// A read of an open file takes its lock for reading and nothing that other files share. Files may be used by any number
// of goroutines; Close is called once, when nobody reads.
//
// Tried and rejected: to keep whole readers in the pool, as LevelDB does, with filter and index. Those of a table that
// is read again would have to be read again as well, and memory has a limit of its own in every other place.
package openfile

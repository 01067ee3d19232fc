// Package lrec saves recordings of programs, and findings in them, in files that end in .lrec.
//
// A file is gzipped JSON with a version. It holds the recording, how the program was run and judged, and the finding if it is
// one. So a recording can be searched on another machine, without the program and without FUSE, and a finding replays with the
// checker alone. A file has all of its content or does not exist. It may come from anybody: what is read is measured before
// it is decoded, and refused with the reason if it is not a recording, if it is of a later version, or if replaying it would
// take too much memory.
//
// Callers: package native and the command exec.
package lrec

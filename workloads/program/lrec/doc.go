// Package lrec saves recordings of programs, and findings in them, as .lrec files.
//
// A file is versioned, gzipped JSON. It holds the recording, how the program was run and judged, and optionally a finding. A
// recording can therefore be searched on another machine without the program and without FUSE, and a finding replays with the
// checker alone. If the program ran on a filesystem of the kernel, the file has the requests to the block device instead of the
// operations, and only package kernel can search it. Files are written atomically. They are not trusted: the content is measured
// before it is decoded, and rejected with the reason if it is not a recording, if it has a later version, or if replaying it would
// take too much memory.
//
// The source lines of operations (Recording.Stacks) are optional: versions that do not know them ignore them.
//
// Callers: packages native and kernel, and the exec command.
package lrec

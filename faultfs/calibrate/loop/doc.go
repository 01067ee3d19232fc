// Package loop makes block devices of files, and mounts them.
//
// A device detaches itself when nothing has it open or mounted any more, so a process that dies leaves none behind.
package loop

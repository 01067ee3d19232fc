// Package disk is what lies on a disk: directories, files and their bytes. Package crash holds in it what is durable,
// and package faultfs what a running program has in memory.
//
// A Disk is a persistent structure and a Content shares its pages copy-on-write, so the state at another tick, or one
// more crash image, costs what differs and not what is stored:
//
//  1. Share returns a disk that never changes. Changes to the receiver after that copy what they touch.
//  2. Fork returns a content with the same bytes. The content that was forked must not be changed afterwards; the fork
//     copies a page before it first writes to it.
//  3. A Content never reads as anything but zeros where nothing was written, and bytes past its size read as zeros when
//     it grows again.
//
// Nothing here knows of crashes, faults or time, or checks what a caller asks for: naming something in a directory that
// is not there creates the directory. A disk or content that changes is used by one goroutine at a time; shared ones by
// any number.
package disk

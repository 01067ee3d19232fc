// Package loop turns files into block devices and mounts them.
//
// A device detaches itself when nothing has it open or mounted, so a process that dies leaves none behind.
package loop

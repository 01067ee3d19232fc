// Package blocklog records the requests to a block device and computes which disks a power cut may leave.
//
// A Log lists the requests in the order in which the disk accepted them: writes, punched holes and flushes. A disk
// promises little: what it accepted before a flush is safe once the flush has completed. Any part of what it has
// accepted since may be safe, in any order. An Epoch is the stretch between two flushes. A State is everything before
// an epoch plus a subset of the epoch.
//
// States lists the states that a cut may leave at or after a mark in the log. An epoch of n requests has 2^n of them,
// so beyond a handful of requests it lists a sample: nothing, everything, each prefix, each single survivor, each
// single loss, and random subsets. Requests are kept or lost in units. AtFileSectors tears what it recognizes as the
// bytes of a test program's file at sectors of 512 bytes. It tears the filesystem's own metadata only at pages of 4096
// bytes, because filesystems rely on that for their superblocks. AtPages tears everything at pages.
//
// The package knows nothing of Linux and touches no device.
package blocklog

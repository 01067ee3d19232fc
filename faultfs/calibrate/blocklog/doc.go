// Package blocklog records what a block device was asked to do, and works out which disks a power cut may leave.
//
// A Log lists the requests that reached a disk in the order in which it took them: writes, punched holes and flushes. A
// disk promises little: what it took before a flush is safe once the flush is answered, and of what it took since, any
// part may be safe, in any order. An Epoch is a stretch between two flushes; a State is everything before an epoch and a
// subset of the epoch.
//
// States lists the states that a cut may leave at or after a mark in the log. An epoch has 2^n of them, so from a
// handful of requests on it lists a sample: nothing, everything, each prefix, each single survivor, each single loss,
// and random subsets. Requests are kept or lost in units: the bytes of a file tear at the sector, 512 bytes, and what
// the filesystem writes for itself at the page, 4096 bytes, because filesystems rely on that for their superblocks.
//
// The package knows nothing of Linux and touches no device.
package blocklog

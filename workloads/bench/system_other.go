//go:build !linux

package bench

import "io/fs"

// Other systems provide these figures in other ways. They are missing from the result there.

func busySeconds() float64 { return 0 }
func ownSeconds() float64  { return 0 }
func writtenBytes() int64  { return 0 }
func peakRSSBytes() int64  { return 0 }
func inMemory(string) bool { return false }

func allocated(info fs.FileInfo) int64 { return info.Size() }

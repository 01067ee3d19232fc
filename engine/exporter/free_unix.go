//go:build unix

package exporter

import "golang.org/x/sys/unix"

// freeBytes exports the space available to this user on the store's filesystem.
func freeBytes(r *reading, show func(float64, ...string)) {
	var s unix.Statfs_t
	if r.store.dir == "" || unix.Statfs(r.store.dir, &s) != nil {
		return // unknown: leave the series out of the scrape
	}
	show(float64(s.Bavail) * float64(s.Bsize))
}

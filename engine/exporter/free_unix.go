//go:build unix

package exporter

import "golang.org/x/sys/unix"

// freeBytes shows what is left for this user of the filesystem that the store is on.
func freeBytes(r *reading, show func(float64, ...string)) {
	var s unix.Statfs_t
	if r.store.dir == "" || unix.Statfs(r.store.dir, &s) != nil {
		return // a scrape without this series says that nobody knows
	}
	show(float64(s.Bavail) * float64(s.Bsize))
}

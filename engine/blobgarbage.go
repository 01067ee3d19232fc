package engine

import (
	"slices"

	"github.com/lightningdb/lightning-torture/engine/internal/manifest"
	"github.com/lightningdb/lightning-torture/engine/internal/view"
)

// blobVictims returns the blob files of which tables need less than half. Whoever rewrites an entry moves its value out
// of them: no more bytes are moved than are freed in the end. Files that memtables or commits may refer to are left
// alone, because what tables do not need of them is not garbage yet.
func (db *DB) blobVictims(v *view.Version) map[uint64]bool {
	var victims map[uint64]bool
	for _, f := range v.Blobs {
		if f.Young.Load() > 0 || 2*f.Garbage(v.LiveBlobs[f.Num]) < f.Size.Load() {
			continue
		}
		if victims == nil {
			victims = map[uint64]bool{}
		}
		victims[f.Num] = true
	}
	return victims
}

// blobGarbage returns a compaction that brings the removal of a blob file nearer which is mostly garbage: it rewrites a
// table, where it is, with copies of the values. It returns nil if there is none to rewrite. Tables of level 0 are not
// chosen: they are ordered by age, and go down as a whole. So files that they need have to wait for that.
func (db *DB) blobGarbage(p *picker) *compaction {
	v := p.version
	victims := db.blobVictims(v)
	for _, t := range v.Levels[0] {
		for _, u := range t.Blobs {
			delete(victims, u.File)
		}
	}
	if len(victims) == 0 {
		return nil
	}
	needs := func(t *view.Table) bool {
		return slices.ContainsFunc(t.Blobs, func(u manifest.Blobs) bool { return victims[u.File] })
	}
	for l := 1; l < view.Levels; l++ {
		for i, t := range v.Levels[l] {
			if !needs(t) {
				continue
			}
			c := p.compaction(l, l, v.Levels[l][i:i+1])
			if c.reason = CompactionBlobs; !p.conflicts(c) {
				return c
			}
		}
	}
	return nil
}

// collectBlobs moves values until no blob file is mostly garbage. The caller holds compactMu.
func (db *DB) collectBlobs() error {
	for {
		v, err := db.acquire()
		if err != nil {
			return err
		}
		c := db.blobGarbage(&picker{version: v.Version, opts: &db.opts})
		if c != nil {
			err = db.compact(v.Version, c)
		}
		if err2 := db.release(v); err == nil {
			err = err2
		}
		if c == nil || err != nil {
			return err
		}
	}
}

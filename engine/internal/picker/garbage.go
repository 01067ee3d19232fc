package picker

import (
	"slices"

	"github.com/lightningdb/lightning-torture/engine/internal/manifest"
	"github.com/lightningdb/lightning-torture/engine/internal/view"
)

// BlobVictims returns the blob files of which tables need less than half. A compaction that rewrites an entry moves its
// value out of such a file, so in the end no more bytes are moved than are freed. Files that memtables or commits may
// refer to are excluded, because the part that tables do not need is not garbage yet.
func BlobVictims(v *view.Version) map[uint64]bool {
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

// BlobGarbage returns a compaction that helps to empty a blob file that is mostly garbage: it rewrites one table within
// its level, with copies of the values. It returns nil if there is no such table. Tables of level 0 are not chosen,
// because they are ordered by age and go down together; the blob files that they need wait until then.
func (p *Picker) BlobGarbage() *Compaction {
	v := p.Version
	victims := BlobVictims(v)
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
			if c.Reason = Blobs; !p.conflicts(c) {
				return c
			}
		}
	}
	return nil
}

package provoked

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
)

// marked kills a session after each of its operations, and lets the newest marker rot. If an older one is left, the store may
// open with that, but only if it then has every commit that was acknowledged. The session before it was closed, or killed.
func marked() error {
	for _, closed := range []bool{false, true} {
		if err := markedAfter(closed); err != nil {
			return fmt.Errorf("the newest marker rots (the session before was closed: %t): %w", closed, err)
		}
	}
	return nil
}

func markedAfter(closed bool) error {
	disk, pairs := newDisk(), map[string]string{}
	before, err := markedSession(disk, pairs, closed)
	if err != nil {
		return err
	}
	disk = atRest(before.disk)
	after, err := markedSession(disk, pairs, true)
	if err != nil {
		return err
	}
	acked := append([]ackedAt{{0, before.acked[len(before.acked)-1].pairs}}, after.acked...)
	for tick := range disk.Now() {
		next := slices.IndexFunc(acked, func(a ackedAt) bool { return a.tick > tick })
		if next < 0 {
			next = len(acked)
		}
		left, err := disk.Crash(tick, faultfs.Model{Profile: faultfs.LoseNone()}, faultfs.ImageOptions{})
		if err != nil {
			return err
		}
		if err := rottenMarker(left, acked[next-1].pairs); err != nil {
			return fmt.Errorf("after a kill at tick %d: %w", tick, err)
		}
	}
	return nil
}

// markedLife is what is left of a session.
type markedLife struct {
	disk  *faultfs.FS
	acked []ackedAt
}

// markedSession opens the store, commits and closes it. What is left is the disk afterwards, or as it was before the close.
func markedSession(disk *faultfs.FS, pairs map[string]string, closed bool) (life markedLife, err error) {
	db, err := engine.Open(storeDir, options(disk, true))
	if err != nil {
		return life, err
	}
	for range 4 {
		k := key(len(pairs))
		pairs[string(k)] = string(value(0))
		err = errors.Join(err, db.Put(k, value(0), engine.Sync))
		life.acked = append(life.acked, ackedAt{disk.Now(), maps.Clone(pairs)})
	}
	if life.disk = disk; !closed {
		life.disk = atRest(disk)
	}
	return life, errors.Join(err, db.Close())
}

// ackedAt says which commits had been acknowledged at a tick.
type ackedAt struct {
	tick  uint64
	pairs map[string]string
}

// rottenMarker lets the newest marker rot and opens the store.
func rottenMarker(disk *faultfs.FS, pairs map[string]string) error {
	var markers []string
	for _, name := range names(disk, storeDir) {
		if matches, _ := path.Match("marker.*", name); matches { // the pattern is well formed
			markers = append(markers, path.Join(storeDir, name))
		}
	}
	newest := markers[len(markers)-1]
	content, err := afero.ReadFile(disk, newest)
	if err != nil || len(content) == 0 {
		return err
	}
	content[len(content)/2] ^= 1
	if err := afero.WriteFile(disk, newest, content, 0o644); err != nil {
		return err
	}
	if err := has(disk, storeDir, pairs); !errors.Is(err, engine.ErrCorrupt) {
		return err
	}
	return nil
}

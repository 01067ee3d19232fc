package provoked

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// kept repairs a store one of whose files is damaged, and cuts the power at every operation of the repair. Each file of
// the damaged store must still be there unchanged: in its place, or among those that the repair sets aside. The store
// must be as damaged as before, or healthy. NB: on this disk, a file that was linked in one directory and removed from
// another may be lost.
func kept() error {
	whole, _, err := filled(20)
	if err != nil {
		return err
	}
	for _, suffix := range []string{".sst", ".log", ".blob"} {
		if err := keepsAll(atRest(whole), suffix); err != nil {
			return fmt.Errorf("a %s file is damaged: %w", suffix, err)
		}
	}
	return nil
}

func keepsAll(disk *faultfs.FS, suffix string) error {
	files, damaged := map[string][]byte{}, ""
	for _, name := range names(disk, storeDir) {
		content, err := afero.ReadFile(disk, path.Join(storeDir, name))
		if err != nil {
			return err
		}
		if path.Ext(name) == suffix && damaged == "" {
			damaged = name
			content[len(content)/2] ^= 1
			if err := afero.WriteFile(disk, path.Join(storeDir, name), content, 0o644); err != nil {
				return err
			}
		}
		files[name] = content
	}
	disk = copyOf(disk, faultfs.ImageOptions{Callers: true}) // now the damage is on the disk
	before, err := engine.VerifyDir(storeDir, options(atRest(disk), true))
	if err != nil {
		return err
	}
	report, err := engine.Repair(storeDir, options(disk, true))
	if err != nil || report.Damage == "" {
		return errors.Join(err, wrong("%s is damaged, and Repair finds %q", damaged, report.Damage))
	}
	btrfs, err := faultfs.ProfileNamed("btrfs")
	if err != nil {
		return err
	}
	cut := torture.PowerCut{Disk: disk, Model: faultfs.Model{Profile: btrfs}, Holds: func(left *faultfs.FS, _ uint64) error {
		for _, name := range slices.Sorted(maps.Keys(files)) {
			if !isKept(left, name, files[name]) {
				return wrong("after a power cut during the repair, %s is gone", name)
			}
		}
		now, err := engine.VerifyDir(storeDir, options(left, true))
		if err == nil && len(now.Problems) > 0 && !slices.Contains(now.Problems, before.Problems[0]) { // there may be parts of new files
			err = wrong("after a power cut during the repair, the problems are %q, and were %q", now.Problems, before.Problems)
		}
		return err
	}}
	for cut.Tick = range disk.Now() + 1 {
		if err := cut.CheckAll(); err != nil {
			return fmt.Errorf("at operation %d of %d of the repair: %w", cut.Tick, disk.Now(), err)
		}
	}
	return nil
}

// isKept reports whether a store has a file, or a repair has set it aside.
func isKept(fsys afero.Fs, name string, content []byte) bool {
	places := []string{storeDir}
	lost := path.Join(storeDir, "lost")
	for _, repair := range names(fsys, lost) {
		places = append(places, path.Join(lost, repair))
	}
	for _, dir := range places {
		if got, err := afero.ReadFile(fsys, path.Join(dir, name)); err == nil && bytes.Equal(got, content) {
			return true
		}
	}
	return false
}

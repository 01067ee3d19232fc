package lightning_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path"
	"slices"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
)

// imageAt returns the disk as a power cut at a tick leaves it; the disk itself is unchanged.
func (m *modelled) imageAt(tick, seed uint64) (*faultfs.FS, error) {
	return m.fs.Crash(tick, faultfs.Model{}, faultfs.ImageOptions{Chooser: faultfs.Seeded(seed)})
}

// look checks that the store cannot be opened twice, verifies it, and opens what a crash would leave, read-only. That
// must show the same as recovering the same disk, and change nothing.
func (m *modelled) look(rng *rand.Rand) error {
	if second, err := engine.Open("db", smallOptions(m.fs)); !errors.Is(err, engine.ErrLocked) {
		if err == nil {
			err = second.Close()
		}
		return fmt.Errorf("opened a second time: %w", err)
	}
	if err := m.db.Verify(); err != nil {
		return err
	}
	seed, shown := rng.Uint64(), [2]map[string]string{}
	for i := range shown {
		image, err := m.imageAt(m.fs.Now(), seed)
		if err != nil {
			return err
		}
		if shown[i], err = contentOf(image, "db", i == 0); err != nil {
			return fmt.Errorf("read-only: %t: %w", i == 0, err)
		}
	}
	if !maps.Equal(shown[0], shown[1]) {
		return fmt.Errorf("read-only, the store shows %v; recovered, %v", shown[0], shown[1])
	}
	return nil
}

// contentOf opens a store and reads all of it. Opened read-only, the store must not change the disk.
func contentOf(image *faultfs.FS, dir string, readOnly bool) (map[string]string, error) {
	o := smallOptions(image)
	o.ReadOnly, o.ErrorIfMissing = readOnly, true
	db, err := engine.Open(dir, o)
	if err != nil {
		return nil, err
	}
	found, err := (&modelled{db: db}).read()
	err = errors.Join(err, db.Close())
	if readOnly && slices.ContainsFunc(image.Trace(), func(op faultfs.Op) bool { return op.Changes() }) {
		err = errors.Join(err, errors.New("the disk was changed"))
	}
	return found, err
}

// cutCheckpoint cuts the power during a checkpoint. The copy must be refused or complete, and the store unchanged.
func (m *modelled) cutCheckpoint(rng *rand.Rand) error {
	dir, before := fmt.Sprintf("checkpoint-%d", rng.Uint64()), m.fs.Now()
	if err := m.db.Checkpoint(dir); err != nil {
		return err
	}
	image, err := m.imageAt(before+rng.Uint64N(m.fs.Now()-before+1), rng.Uint64())
	if err != nil {
		return err
	}
	if found, err := contentOf(image, dir, true); err == nil && !maps.Equal(found, m.shown) {
		return fmt.Errorf("an interrupted checkpoint shows %v, the store %v", found, m.shown)
	}
	m.letGo()
	_ = m.db.Close()
	return m.recover(image)
}

// restoreEarlier crashes, restores a random one of the backups made so far, and verifies the repository.
func (m *modelled) restoreEarlier(rng *rand.Rand) error {
	if len(m.backups) == 0 {
		return nil
	}
	image, err := m.imageAt(m.fs.Now(), rng.Uint64())
	if err != nil {
		return err
	}
	o := smallOptions(image)
	ids := slices.Sorted(maps.Keys(m.backups))
	id := ids[rng.IntN(len(ids))]
	if _, err = engine.Restore("repository", id, "earlier", o); err == nil {
		err = engine.VerifyBackups("repository", o)
	}
	if err != nil {
		return err
	}
	found, err := contentOf(image, "earlier", false)
	if err == nil && !maps.Equal(found, m.backups[id]) {
		err = fmt.Errorf("backup %d shows %v, want %v", id, found, m.backups[id])
	}
	return err
}

// repairDamaged closes the store, damages one of its tables or blob files on a copy of the disk, and repairs the copy.
// The report must cover every key that changed.
func (m *modelled) repairDamaged(rng *rand.Rand) error {
	if err := m.reopen(); err != nil {
		return err
	}
	image, err := m.imageAt(m.fs.Now(), rng.Uint64())
	if err != nil {
		return err
	}
	name, err := flipBit(image, rng)
	if err != nil || name == "" {
		return err
	}
	report, err := engine.Repair("db", smallOptions(image))
	if err != nil {
		return fmt.Errorf("repair of %s: %w", name, err)
	}
	found, err := contentOf(image, "db", false)
	if err != nil {
		return fmt.Errorf("after repair of %s: %w", name, err)
	}
	for i := range 40 {
		k := fmt.Sprintf("k%02d", i)
		was, before := m.shown[k]
		if is, after := found[k]; (before != after || was != is) && !reported(report, k) {
			return fmt.Errorf("%s was damaged and repaired; %s is %.20q, was %.20q; the report is %+v", name, k, is, was, report)
		}
	}
	return nil
}

// flipBit flips a bit of a table or a blob file and returns its name, which is empty if there is no such file.
func flipBit(image *faultfs.FS, rng *rand.Rand) (name string, err error) {
	dir, err := image.Open("db")
	if err != nil {
		return "", err
	}
	infos, err := dir.Readdir(0)
	if err = errors.Join(err, dir.Close()); err != nil {
		return "", err
	}
	infos = slices.DeleteFunc(infos, func(i os.FileInfo) bool {
		return i.Size() == 0 || path.Ext(i.Name()) != ".sst" && path.Ext(i.Name()) != ".blob"
	})
	if len(infos) == 0 {
		return "", nil
	}
	info := infos[rng.IntN(len(infos))]
	f, err := image.OpenFile("db/"+info.Name(), os.O_RDWR, 0)
	if err != nil {
		return "", err
	}
	at, b := rng.Int64N(info.Size()), make([]byte, 1)
	if _, err = f.ReadAt(b, at); err == nil {
		b[0] ^= 1 << rng.IntN(8)
		_, err = f.WriteAt(b, at)
	}
	return info.Name(), errors.Join(err, f.Close())
}

// reported reports whether a repair lists the key as lost or inside a range that it could not read.
func reported(r engine.RepairReport, key string) bool {
	return slices.ContainsFunc(r.Lost, func(l engine.Loss) bool {
		if l.Key != nil {
			return string(l.Key) == key
		}
		return string(l.After) <= key && (l.Before == nil || key <= string(l.Before))
	})
}

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

// imageAt cuts the power at a tick, on a copy of the disk.
func (m *modelled) imageAt(tick, seed uint64) (*faultfs.FS, error) {
	return m.fs.Crash(tick, faultfs.Model{}, faultfs.ImageOptions{Chooser: faultfs.Seeded(seed)})
}

// look tries to open the store a second time, verifies it, and opens what a crash would leave read-only: that shows what a
// recovery of the same disk shows, and changes nothing.
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
		return fmt.Errorf("read-only it shows %v, recovered %v", shown[0], shown[1])
	}
	return nil
}

// contentOf opens a store and reads all of it. A store that is opened read-only changes nothing.
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

// cutCheckpoint cuts the power while a checkpoint is made: the copy is refused, or whole, and the store is what it was.
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
		return fmt.Errorf("a checkpoint that was cut short shows %v, the store %v", found, m.shown)
	}
	m.letGo()
	_ = m.db.Close()
	return m.recover(image)
}

// restoreEarlier restores one of all backups that were ever made, after a crash, and verifies the repository.
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
		err = fmt.Errorf("backup %d shows %v, and held %v", id, found, m.backups[id])
	}
	return err
}

// repairDamaged closes the store, damages one of its tables or blob files on a copy of the disk, and repairs that. Every key
// that is not as it was is in the report.
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
			return fmt.Errorf("%s was damaged and repaired; %s is %.20q and was %.20q; the report says %+v", name, k, is, was, report)
		}
	}
	return nil
}

// flipBit flips a bit of a table or a blob file. Its name is empty if there is none.
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

// reported reports whether a key may have suffered from what a repair could not read.
func reported(r engine.RepairReport, key string) bool {
	return slices.ContainsFunc(r.Lost, func(l engine.Loss) bool {
		if l.Key != nil {
			return string(l.Key) == key
		}
		return string(l.After) <= key && (l.Before == nil || key <= string(l.Before))
	})
}

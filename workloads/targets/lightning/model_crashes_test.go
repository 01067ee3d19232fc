package lightning_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
)

// settle notes that everything shown is durable.
func (m *modelled) settle() { m.durable, m.loose = maps.Clone(m.shown), nil }

func (m *modelled) reopen() error {
	m.letGo()
	if err := m.db.Close(); err != nil {
		return err
	}
	m.settle()
	return m.open()
}

// kill ends the process without closing the store. Only Buffered commits may be lost, and only a suffix of them.
func (m *modelled) kill() error {
	return m.lose(faultfs.Model{Profile: faultfs.LoseNone()}, faultfs.ImageOptions{})
}

func (m *modelled) crash(rng *rand.Rand) error {
	return m.lose(faultfs.Model{}, faultfs.ImageOptions{Chooser: faultfs.Seeded(rng.Uint64())})
}

// crashInRecovery cuts the power again at a random operation of the recovery. The second recovery need not find what
// the first one found, but it must find something that the first could have found.
func (m *modelled) crashInRecovery(rng *rand.Rand) error {
	durable, loose := m.durable, m.loose
	if err := m.crash(rng); err != nil {
		return err
	}
	m.durable, m.loose = durable, loose
	again, err := m.fs.Crash(rng.Uint64N(m.fs.Now()+1), faultfs.Model{}, faultfs.ImageOptions{Chooser: faultfs.Seeded(rng.Uint64())})
	if err != nil {
		return err
	}
	return m.recover(again)
}

// checkpoint makes a checkpoint and cuts the power on a copy of the disk, where the checkpoint must show what the store
// shows.
func (m *modelled) checkpoint(rng *rand.Rand) error {
	dir := fmt.Sprintf("checkpoint-%d", rng.Uint64())
	if err := m.db.Checkpoint(dir); err != nil {
		return err
	}
	image, err := m.fs.Crash(m.fs.Now(), faultfs.Model{}, faultfs.ImageOptions{Chooser: faultfs.Seeded(rng.Uint64())})
	if err != nil {
		return err
	}
	return m.sameIn(image, dir)
}

// backup adds a backup to the repository, cuts the power on a copy of the disk and restores the backup there.
func (m *modelled) backup(rng *rand.Rand) error {
	made, err := engine.Backup(m.db, "repository")
	if err != nil {
		return err
	}
	m.backups[made.ID] = maps.Clone(m.shown)
	image, err := m.fs.Crash(m.fs.Now(), faultfs.Model{}, faultfs.ImageOptions{Chooser: faultfs.Seeded(rng.Uint64())})
	if err != nil {
		return err
	}
	if _, err := engine.Restore("repository", 0, "restored", engine.Options{FS: image}); err != nil {
		return err
	}
	return m.sameIn(image, "restored")
}

// sameIn opens a copy of the store and compares it with the model, before and after the copy is compacted.
func (m *modelled) sameIn(image *faultfs.FS, dir string) error {
	o := smallOptions(image)
	o.ErrorIfMissing = true
	db, err := engine.Open(dir, o)
	if err != nil {
		return err
	}
	blobs, err := db.BlobFiles()
	for _, f := range blobs {
		if f.LiveBytes > 0 {
			copied.byTables++
		}
		if f.Logs {
			copied.byLogs++
		}
	}
	for _, change := range []func() error{db.Verify, db.Compact, db.Verify} {
		if err != nil {
			break
		}
		if err = change(); err != nil {
			break
		}
		var found map[string]string
		if found, err = (&modelled{db: db}).read(); err == nil && !maps.Equal(found, m.shown) {
			err = fmt.Errorf("%s shows %v, the store %v", dir, found, m.shown)
		}
	}
	return errors.Join(err, db.Close())
}

func (m *modelled) lose(model faultfs.Model, o faultfs.ImageOptions) error {
	image, err := m.fs.Crash(m.fs.Now(), model, o)
	if err != nil {
		return err
	}
	return m.recover(image)
}

// recover opens what a crash left. It must show the durable state plus a prefix of the commits made since.
func (m *modelled) recover(image *faultfs.FS) error {
	m.letGo()
	_ = m.db.Close() // the old machine is gone, and what it still writes is lost
	m.fs = image
	if err := m.open(); err != nil {
		return fmt.Errorf("after a crash: %w", err)
	}
	found, err := m.read()
	if err != nil {
		return err
	}
	candidate := maps.Clone(m.durable)
	for i := 0; ; i++ {
		if maps.Equal(candidate, found) {
			m.shown = found
			m.settle()
			return nil
		}
		if i == len(m.loose) {
			return fmt.Errorf("after a crash the store shows %v; %v is durable, followed by %d commits", found, m.durable, len(m.loose))
		}
		apply(candidate, m.loose[i])
	}
}

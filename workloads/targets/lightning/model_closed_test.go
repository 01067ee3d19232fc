package lightning_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path"
	"strings"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
)

// closeAndDamage makes a commit, closes the store, cuts the power and then removes a log or a manifest, or the end of
// one. After Close the crash itself loses nothing, so the damage must either be reported or change nothing. (A session
// without a commit records nothing about the logs that it found, hence the commit.)
func (m *modelled) closeAndDamage(rng *rand.Rand) error {
	if err := m.commit(rng, 1, 0, 0); err != nil {
		return err
	}
	m.letGo()
	if err := m.db.Close(); err != nil {
		return err
	}
	m.settle()
	image, err := m.fs.Crash(m.fs.Now(), faultfs.Model{}, faultfs.ImageOptions{Chooser: faultfs.Seeded(rng.Uint64())})
	if err != nil {
		return err
	}
	damage, err := takeAway(image, rng)
	if err == nil {
		err = m.noticed(image)
	}
	if err != nil {
		return fmt.Errorf("closed, then %s: %w", damage, err)
	}
	return m.open()
}

// takeAway removes a log or a manifest, or cuts it short, and describes what it did.
func takeAway(image *faultfs.FS, rng *rand.Rand) (damage string, err error) {
	dir, err := image.Open("db")
	if err != nil {
		return "", err
	}
	infos, err := dir.Readdir(0)
	if err = errors.Join(err, dir.Close()); err != nil {
		return "", err
	}
	for _, i := range rng.Perm(len(infos)) {
		name := infos[i].Name()
		if path.Ext(name) != ".log" && !strings.HasPrefix(name, "MANIFEST-") {
			continue
		}
		if rng.IntN(4) == 0 {
			return "without " + name, image.Remove("db/" + name)
		}
		keep, err := cutShort(image, "db/"+name, rng)
		return fmt.Sprintf("with %d bytes of %s", keep, name), err
	}
	return "with nothing missing", nil
}

// cutShort cuts a file inside its content, not only within the zeros written ahead in a log. It returns the bytes kept.
func cutShort(image *faultfs.FS, name string, rng *rand.Rand) (keep int64, err error) {
	f, err := image.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return 0, err
	}
	content, err := io.ReadAll(f)
	if size := len(bytes.TrimRight(content, "\x00")); size > 0 {
		keep = rng.Int64N(int64(size))
	}
	if err == nil {
		err = f.Truncate(keep)
	}
	return keep, errors.Join(err, f.Close())
}

// noticed opens a damaged store: the engine must report the damage or show everything.
func (m *modelled) noticed(image *faultfs.FS) error {
	db, err := engine.Open("db", smallOptions(image))
	if errors.Is(err, engine.ErrCorrupt) {
		return nil
	}
	if err != nil {
		return err
	}
	found, err := (&modelled{db: db}).read()
	if err == nil && !maps.Equal(found, m.shown) {
		err = fmt.Errorf("the store shows %v, the model %v", found, m.shown)
	}
	return errors.Join(err, db.Close())
}

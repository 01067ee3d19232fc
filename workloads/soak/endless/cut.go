package endless

import (
	"bytes"
	"errors"
	"math/rand/v2"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads"
)

// cut cuts the power, recovers, and compares the whole store with the model. Losses that were allowed are applied to the model.
func (l *Life) cut(rng *rand.Rand, s *Stretch) error {
	profiles := faultfs.Profiles()
	profile := profiles[rng.IntN(len(profiles))]
	image, err := l.disk.Crash(l.disk.Now(), faultfs.Model{Profile: profile}, faultfs.ImageOptions{Chooser: faultfs.Seeded(rng.Uint64())})
	if err != nil {
		return err
	}
	if err := l.store.Close(); err != nil { // on the old disk, which is dropped
		return violated("error", "the store could not be closed on a healthy disk: %v", err)
	}
	image.Decide() // otherwise the image would keep the old disk alive
	s.LostBytes += int64(image.LostBytes())
	s.Cuts++
	l.disk, l.store = image, nil
	if err := l.open(); err != nil {
		return err
	}
	shown, err := l.shown()
	if err != nil {
		return err
	}
	return l.settle(shown, profile.Name)
}

// shown reads the whole store and returns the commit that each key shows.
func (l *Life) shown() ([]uint64, error) {
	shown, wrong := make([]uint64, len(l.model)), error(nil)
	err := l.store.Scan(nil, nil, func(key, value []byte) bool {
		number, ok := numberOf(key, len(l.model))
		commit, has := commitOf(value)
		if !ok || !has || !bytes.Equal(value, valueOf(number, commit)) {
			wrong = violated("invented", "after a power cut the store shows %q with a value that nobody wrote", key)
			return false
		}
		shown[number] = commit
		l.Ops.Add(1)
		return true
	})
	if err != nil {
		return nil, violated("error", "a scan failed after a power cut: %v", err)
	}
	return shown, wrong
}

// settle checks that what a store shows after a power cut is allowed, and makes it the new model.
func (l *Life) settle(shown []uint64, profile string) error {
	p := &l.target.Promises
	synced := l.tail.base + uint64(l.tail.synced)
	if p.LossIsSuffix && p.AtomicBatch {
		if _, ok := l.tail.keep(l.model, shown); !ok {
			return l.blame(shown, profile, synced)
		}
	}
	for key := range shown {
		if !l.tail.allows(key, l.model[key], shown[key]) {
			return l.blame(shown, profile, synced)
		}
	}
	l.model = shown
	return nil
}

// blame returns the violation: a key that shows a commit that it must not show or, if every key is right by itself, that the keys
// do not fit together.
func (l *Life) blame(shown []uint64, profile string, synced uint64) error {
	for key := range shown {
		if l.tail.allows(key, l.model[key], shown[key]) {
			continue
		}
		if shown[key] == 0 || shown[key] < l.model[key] {
			return violated("lost", "after a power cut under %s, %s is as commit %d left it, and not as commit %d did; commits up to %d were "+
				"acknowledged with sync", profile, keyOf(key), shown[key], l.model[key], synced)
		}
		return violated("invented", "after a power cut under %s, %s is as commit %d left it, which was never there or overwritten before; the last "+
			"was %d", profile, keyOf(key), shown[key], l.model[key])
	}
	return violated("hole", "after a power cut under %s, no number of lost commits at the end explains what is there of the %d commits after %d",
		profile, len(l.tail.commits), l.tail.base)
}

// measure adds the size of the store to a stretch.
func (l *Life) measure(s *Stretch) error {
	for key, commit := range l.model {
		if commit != 0 {
			s.Keys++
			s.LiveBytes += int64(len(keyOf(key)) + len(valueOf(key, commit)))
		}
	}
	if g, ok := l.store.(workloads.Gauger); ok {
		s.Gauges = g.Gauges()
	}
	names, err := afero.Glob(l.disk, dir+"/*")
	if err != nil {
		return err
	}
	for _, name := range names {
		info, err := l.disk.Stat(name)
		if errors.Is(err, afero.ErrFileNotFound) {
			continue // the store has removed it meanwhile
		} else if err != nil {
			return err
		}
		s.Files++
		s.DiskBytes += info.Size()
	}
	return nil
}

package endless

import (
	"bytes"
	"errors"
	"maps"
	"math/rand/v2"
	"slices"

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
	l.disk, l.store, l.traced, l.written = image, nil, 0, 0
	if err := l.open(); err != nil {
		return err
	}
	r := recovered{life: l, profile: profile.Name, differs: map[int]uint64{}}
	if err := r.scan(); err != nil {
		return err
	}
	s.Keys, s.LiveBytes = r.keys, r.bytes
	return r.settle()
}

// recovered is what a store shows after a power cut.
type recovered struct {
	life    *Life
	profile string
	keys    int
	bytes   int64          // of keys and values
	differs map[int]uint64 // for keys that do not show the commit in the model, perhaps because that was lost: the commit that they show
}

// scan reads the whole store and compares it with the model.
func (r *recovered) scan() error {
	l, next, wrong := r.life, 0, error(nil)
	err := l.store.Scan(nil, nil, func(key, value []byte) bool {
		number, ok := numberOf(key, l.model.keys)
		commit, has := commitOf(value)
		if !ok || !has || number < next || !bytes.Equal(value, valueOf(number, commit)) {
			wrong = violated("invented", "after a power cut the store shows %q out of order, or with a value that nobody wrote", key)
			return false
		}
		r.keys, r.bytes = r.keys+1, r.bytes+int64(len(key)+len(value))
		for ; next < number && wrong == nil; next++ {
			wrong = r.compare(next, 0)
		}
		if wrong == nil {
			wrong = r.compare(number, commit)
		}
		next = number + 1
		l.Ops.Add(1)
		return wrong == nil
	})
	if err != nil {
		return violated("error", "a scan failed after a power cut: %v", err)
	}
	for ; next < l.model.keys && wrong == nil; next++ {
		wrong = r.compare(next, 0)
	}
	return wrong
}

// compare compares the commit that a key shows with the model.
func (r *recovered) compare(key int, shown uint64) error {
	l := r.life
	want := l.model.get(key)
	if shown == want {
		return nil
	}
	r.differs[key] = shown
	switch {
	case l.tail.allows(key, want, shown):
		return nil
	case shown < want:
		return violated("lost", "after a power cut under %s, %s is as commit %d left it, and not as commit %d did; commits up to %d were "+
			"acknowledged with sync", r.profile, keyOf(key), shown, want, l.tail.base+uint64(l.tail.synced))
	}
	return violated("invented", "after a power cut under %s, %s is as commit %d left it, which was never there or overwritten before; the last "+
		"was %d", r.profile, keyOf(key), shown, want)
}

// settle checks that the keys, each of which is right by itself, are right together, and makes what the store shows the new model.
func (r *recovered) settle() error {
	l := r.life
	if l.target.Promises.LossIsSuffix && l.target.Promises.AtomicBatch {
		if _, ok := l.tail.keep(l.model.get, r.differs); !ok {
			return violated("hole", "after a power cut under %s, no number of lost commits at the end explains what is there of the %d commits after %d",
				r.profile, len(l.tail.commits), l.tail.base)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(r.differs)) {
		l.model.set(key, r.differs[key])
	}
	return nil
}

// measure adds the size of the store to a stretch.
func (l *Life) measure(s *Stretch) error {
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

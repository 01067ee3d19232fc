package program

import (
	"context"
	"math"
	"slices"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// worker searches crash points with a recoverer of its own.
type worker struct {
	*search
	recoverer Recoverer
	reading   context.Context // bounds the experiments on findings
}

// Close releases the recoverer.
func (w *worker) Close() error { return w.recoverer.Close() }

// Limits of the search of a crash point. If it has few enough images, all are made. Otherwise only a sample is, with
// faultfs.ImageOptions.Limit reduced.
const (
	leavesPerImage = 16 // images made per image recovered, at most; most of them repeat a known content
	sampleLimit    = 6  // faultfs.ImageOptions.Limit of a sample
	drawnShare     = 4  // one in drawnShare images of a sample is random

	fewImages = 8 // of a crash point, if there are plenty of failures
)

// Try searches the images of one crash point.
func (w *worker) Try(p *faultfs.CrashPoint) error {
	acked := w.rec.Acked(p.Tick)
	search := w.readAll
	if w.recoverer.Observes() {
		search = w.observe
	}
	sampled, err := search(p, acked)
	if err != nil {
		return noAnswer(p.Tick, err)
	}
	if w.Ended() {
		return nil
	}
	w.seen.Add(w.shapes[p.Tick])
	w.Count(func(t *Tally) {
		t.Points++
		if p.Pending() > 0 && len(acked) > 0 {
			t.AtStake++
		}
		if sampled {
			t.Sampled++
		} else {
			t.Exhaustive++
		}
	})
	return nil
}

// observe gives the program undecided images and takes its choices depth first.
func (w *worker) observe(p *faultfs.CrashPoint, acked []Ack) (sampled bool, err error) {
	if all, err := w.observeWithin(p, acked, math.MaxInt); all || err != nil || w.plenty(fewImages) {
		return !all, err
	}
	if _, err := w.observeWithin(p, acked, sampleLimit); err != nil {
		return true, err
	}
	for _, img := range w.drawn(p, w.Images) {
		if _, err := w.recover(p, img, acked); err != nil {
			return true, err
		}
	}
	return true, nil
}

// plenty reports whether n images of this crash point are enough because the search has plenty of failures already.
func (w *worker) plenty(n int) bool { return n >= fewImages && w.Plenty() }

// drawn returns the extra images of a sampled crash point: the one that kept everything, and most/drawnShare random ones.
func (w *worker) drawn(p *faultfs.CrashPoint, most int) []*faultfs.FS {
	images := []*faultfs.FS{p.Losing(nil, faultfs.ImageOptions{})}
	for i := range most / drawnShare {
		o := faultfs.ImageOptions{Chooser: faultfs.Seeded(w.Seed ^ (p.Tick<<16 + uint64(i))), Limit: math.MaxInt, Distinct: true}
		images = append(images, p.Image(o))
	}
	return images
}

// observeWithin searches depth first with at most limit alternatives per choice. It reports whether every image was recovered.
func (w *worker) observeWithin(p *faultfs.CrashPoint, acked []Ack, limit int) (all bool, err error) {
	path := &faultfs.DepthFirst{}
	all, nested := true, false
	for n := range w.Images {
		if w.Ended() || w.plenty(n) {
			return false, nil
		}
		img := p.Image(faultfs.ImageOptions{Chooser: path, Limit: limit, Distinct: true})
		a, err := w.recover(p, img, acked)
		if err != nil {
			return false, err
		}
		if !nested && w.Nested > 0 && a.Verdict == Right && img.Now() > 0 && limit == math.MaxInt {
			nested = true // once: for the first recovery that changes the disk
			if err := w.nest(p, img, acked); err != nil {
				return false, err
			}
		}
		if path.Strayed() {
			all = false
			w.Count(func(t *Tally) { t.Strayed++ })
		}
		all = all && !img.Sampled()
		if !path.Next() {
			return all, nil
		}
	}
	return false, nil
}

// readAll makes fully decided images and recovers each content once.
func (w *worker) readAll(p *faultfs.CrashPoint, acked []Ack) (sampled bool, err error) {
	most := w.Images
	if w.plenty(most) {
		most = fewImages
	}
	images, all, err := w.contents(p, math.MaxInt, most*leavesPerImage, w.Ended)
	if err == nil && (!all || len(images) > most) {
		sampled = true
		images, err = w.sample(p, most)
	}
	if err != nil {
		return true, err
	}
	for n, i := range images {
		if w.Ended() || w.plenty(n) {
			return true, nil
		}
		a, known, err := w.Answer(i.content, len(acked), func() (Answer, error) { return w.recover(p, i.img, acked) })
		if err != nil {
			return true, err
		}
		if known {
			w.Repeated(a, placeOf(p, i.img))
		}
	}
	return sampled, nil
}

// sample returns some images of a crash point.
func (w *worker) sample(p *faultfs.CrashPoint, most int) ([]leaf, error) {
	images, _, err := w.contents(p, sampleLimit, most*leavesPerImage, w.Ended)
	if err != nil {
		return nil, err
	}
	var drawn []leaf
	for _, img := range w.drawn(p, most) {
		content, err := ContentOf(img)
		if err != nil {
			return nil, err
		}
		drawn = append(drawn, leaf{content, img})
	}
	// The image that kept everything comes first, because the last ones are left out once there are plenty of failures.
	return slices.Concat(drawn[:1], spread(images, most), drawn[1:]), nil
}

// leaf is a fully decided image, with the hash of its content.
type leaf struct {
	content Content
	img     *faultfs.FS
}

// contents makes at most most images of a crash point and returns one for each distinct content. It reports in all whether
// those are all the images that there are; if it ended early, they are not.
func (w *worker) contents(p *faultfs.CrashPoint, limit, most int, ended func() bool) (leaves []leaf, all bool, err error) {
	seen := map[Content]bool{}
	path := &faultfs.DepthFirst{}
	for n := range most {
		if n%64 == 0 && ended() {
			return leaves, false, nil
		}
		img := p.Image(faultfs.ImageOptions{Chooser: path, Limit: limit, Distinct: true})
		content, err := ContentOf(img)
		if err != nil {
			return leaves, false, err
		}
		if !seen[content] {
			seen[content] = true
			leaves = append(leaves, leaf{content, img})
		}
		if !path.Next() {
			return leaves, true, nil
		}
		if limit == math.MaxInt && len(leaves) > most/leavesPerImage {
			return leaves, false, nil
		}
	}
	return leaves, false, nil
}

// spread returns at most n elements of a list, evenly spaced and including the first and the last.
func spread[T any](list []T, n int) []T {
	if len(list) <= n {
		return list
	}
	some := make([]T, n)
	for i := range some {
		some[i] = list[i*(len(list)-1)/max(n-1, 1)]
	}
	return some
}

// recover recovers an image.
func (w *worker) recover(p *faultfs.CrashPoint, img *faultfs.FS, acked []Ack) (Answer, error) {
	a, err := w.recoverer.Recover(w.ctx, img, acked)
	if err == nil {
		w.Recovered(a, len(acked), img.LostBytes(), placeOf(p, img))
	}
	return a, err
}

package program

import (
	"math"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// worker searches crash points with a recoverer of its own.
type worker struct {
	*search
	recoverer Recoverer
}

// Limits of the search of a crash point. If it has few enough images, all are made. Otherwise only a sample is, bounded by
// faultfs.ImageOptions.Limit.
const (
	leavesPerImage = 16 // images made per image recovered, at most; most of them repeat a known content
	sampleLimit    = 6  // faultfs.ImageOptions.Limit of a sample
	drawnShare     = 4  // one in drawnShare images of a sample is random

	plentyWrong = 256 // after so many failures, more would add nothing: only fewImages per crash point are recovered
	fewImages   = 8
)

// point searches the images of one crash point.
func (w *worker) point(p *faultfs.CrashPoint) {
	acked := w.rec.Acked(p.Tick)
	var sampled bool
	if w.recoverer.Observes() {
		sampled = w.observe(p, acked)
	} else {
		sampled = w.readAll(p, acked)
	}
	if w.ctx.Err() != nil || w.enough() {
		return
	}
	w.count(func(t *Tally) {
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
}

// observe gives the program undecided images and takes its choices depth first.
func (w *worker) observe(p *faultfs.CrashPoint, acked []Ack) (sampled bool) {
	if w.observeWithin(p, acked, math.MaxInt) {
		return false
	}
	if w.plenty(fewImages) {
		return true
	}
	w.observeWithin(p, acked, sampleLimit)
	for _, img := range w.drawn(p, w.o.Images) {
		w.recover(p, img, acked)
	}
	return true
}

// plenty reports whether n images of this crash point are enough because the search has plenty of failures already.
func (w *worker) plenty(n int) bool {
	if n < fewImages {
		return false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.tally.Failed >= plentyWrong
}

// drawn returns the extra images of a sampled crash point: the one that kept everything, and most/drawnShare random ones.
func (w *worker) drawn(p *faultfs.CrashPoint, most int) []*faultfs.FS {
	images := []*faultfs.FS{p.Losing(nil, faultfs.ImageOptions{})}
	for i := range most / drawnShare {
		o := faultfs.ImageOptions{Chooser: faultfs.Seeded(w.o.Seed ^ (p.Tick<<16 + uint64(i))), Limit: math.MaxInt, Distinct: true}
		images = append(images, p.Image(o))
	}
	return images
}

// observeWithin searches depth first with at most limit alternatives per choice. It reports whether every image was recovered.
func (w *worker) observeWithin(p *faultfs.CrashPoint, acked []Ack, limit int) bool {
	path := &faultfs.DepthFirst{}
	all, nested := true, false
	for n := range w.o.Images {
		if w.enough() || w.plenty(n) {
			return false
		}
		img := p.Image(faultfs.ImageOptions{Chooser: path, Limit: limit, Distinct: true})
		a, ok := w.run(p, img, acked)
		if !ok {
			return false
		}
		if !nested && w.o.Nested > 0 && a.Verdict == Right && img.Now() > 0 && limit == math.MaxInt {
			nested = true // only for the first recovery that changes the disk
			w.nest(p, img, acked)
		}
		if path.Strayed() {
			all = false
			w.count(func(t *Tally) { t.Strayed++ })
		}
		all = all && !img.Sampled()
		if !path.Next() {
			return all
		}
	}
	return false
}

// readAll makes fully decided images and recovers each content once.
func (w *worker) readAll(p *faultfs.CrashPoint, acked []Ack) (sampled bool) {
	most := w.o.Images
	if w.plenty(most) {
		most = fewImages
	}
	images, all := w.contents(p, math.MaxInt, most*leavesPerImage)
	if !all || len(images) > most {
		images, _ = w.contents(p, sampleLimit, most*leavesPerImage)
		images = spread(images, most)
		sampled = true
		for _, img := range w.drawn(p, most) {
			content, err := ContentOf(img)
			if err != nil {
				w.fail(p.Tick, err)
				return true
			}
			images = append(images, leaf{content, img})
		}
	}
	for n, i := range images {
		if w.ctx.Err() != nil || w.enough() || w.plenty(n) {
			return true
		}
		if !w.answered(p, i, acked) {
			w.ask(p, i, acked)
		}
	}
	return sampled
}

// leaf is a fully decided image, with the hash of its content.
type leaf struct {
	content Content
	img     *faultfs.FS
}

// contents makes at most most images of a crash point and returns one for each distinct content. It reports in all whether
// those are all the images that there are.
func (w *worker) contents(p *faultfs.CrashPoint, limit, most int) (leaves []leaf, all bool) {
	seen := map[Content]bool{}
	path := &faultfs.DepthFirst{}
	for n := range most {
		if n%64 == 0 && (w.ctx.Err() != nil || w.enough()) {
			return leaves, false
		}
		img := p.Image(faultfs.ImageOptions{Chooser: path, Limit: limit, Distinct: true})
		content, err := ContentOf(img)
		if err != nil {
			w.fail(p.Tick, err)
			return leaves, false
		}
		if !seen[content] {
			seen[content] = true
			leaves = append(leaves, leaf{content, img})
		}
		if !path.Next() {
			return leaves, true
		}
		if limit == math.MaxInt && len(leaves) > most/leavesPerImage {
			return leaves, false
		}
	}
	return leaves, false
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

// answered reports whether the answer for this content is already known, and counts the image if it is.
func (w *worker) answered(p *faultfs.CrashPoint, l leaf, acked []Ack) bool {
	w.mu.Lock()
	a, known := w.answers[question{l.content, len(acked)}]
	w.mu.Unlock()
	if known {
		w.keep(p, l.img, a, 0)
		w.count(func(t *Tally) { t.Repeated++ })
	}
	return known
}

// ask recovers an image whose content is new.
func (w *worker) ask(p *faultfs.CrashPoint, l leaf, acked []Ack) {
	w.mu.Lock()
	w.answers[question{l.content, len(acked)}] = Answer{Verdict: Skipped} // reserved: no other worker asks
	w.mu.Unlock()
	a, ok := w.run(p, l.img, acked)
	if !ok {
		return
	}
	w.mu.Lock()
	w.answers[question{l.content, len(acked)}] = a
	w.mu.Unlock()
}

// recover recovers an image and reports whether the search can go on.
func (w *worker) recover(p *faultfs.CrashPoint, img *faultfs.FS, acked []Ack) bool {
	_, ok := w.run(p, img, acked)
	return ok
}

func (w *worker) run(p *faultfs.CrashPoint, img *faultfs.FS, acked []Ack) (Answer, bool) {
	a, err := w.recoverer.Recover(w.ctx, img, acked)
	if err != nil {
		w.fail(p.Tick, err)
		return Answer{}, false
	}
	w.keep(p, img, a, 1)
	w.count(func(t *Tally) {
		t.Images++
		t.LostBytes += img.LostBytes()
		switch {
		case a.Verdict == Skipped:
			t.Skipped++
		case len(acked) > 0:
			t.AfterAcks++
		}
	})
	return a, true
}

package program

import "github.com/lightningdb/lightning-torture/faultfs"

// nest crashes the recovery that img has just been through, at up to Limits.Nested of its operations, and recovers some images
// of each crash: at most Limits.Nested in all.
func (w *worker) nest(p *faultfs.CrashPoint, img *faultfs.FS, acked []Ack) error {
	var ticks []uint64
	trace := img.Trace()
	for i := range trace {
		if trace[i].Changes() {
			ticks = append(ticks, trace[i].Tick)
		}
	}
	if len(ticks) == 0 {
		return nil
	}
	ticks = spread(ticks, w.Nested)
	each := max(1, w.Nested/len(ticks))
	for _, tick := range ticks {
		point := faultfs.NewTimeline(img, w.Model, 0).Advance(tick)
		path := &faultfs.DepthFirst{}
		for n := range each {
			o := faultfs.ImageOptions{Chooser: path, Limit: sampleLimit, Distinct: true}
			if n%2 == 1 { // depth first starts where everything is lost; random images cover the rest
				o.Chooser = faultfs.Seeded(tick<<16 + uint64(n))
			}
			if w.Ended() {
				return nil
			}
			if err := w.recoverAgain(p, img, point, point.Image(o), acked); err != nil {
				return err
			}
			if n%2 == 0 && !path.Next() {
				break
			}
		}
	}
	return nil
}

// recoverAgain recovers an image of a crash during a recovery.
func (w *worker) recoverAgain(p *faultfs.CrashPoint, first *faultfs.FS, point *faultfs.CrashPoint, img *faultfs.FS, acked []Ack) error {
	a, err := w.recoverer.Recover(w.ctx, img, acked)
	if err == nil {
		w.RecoveredTwice(a, func() place {
			return place{powerCut: powerCut{p.Tick, lostIDs(first)}, nested: &secondCut{powerCut{point.Tick, lostIDs(img)}, first}}
		})
	}
	return err
}

// nestedOf describes the crash during the recovery.
func (l *life) nestedOf() *Nested {
	img := l.image()
	tick := l.failure.Place.nested.tick
	calls := callsOf(l.trace, nil, nil, tick, img)
	return &Nested{Tick: tick, Calls: calls, Disk: itemsOf(img)}
}

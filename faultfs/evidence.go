package faultfs

// Recorded returns a filesystem that has the given trace and nothing else: enough to make timelines, crash points and
// images of a run that was recorded elsewhere. The trace is not copied.
func Recorded(trace []Op) *FS {
	fs := New(Options{})
	fs.trace = trace
	if len(trace) > 0 {
		fs.now.Store(trace[len(trace)-1].Tick)
	}
	return fs
}

// Fates returns what became of the operations that were pending when power was cut, by their tick: "kept", "lost",
// "torn" if only parts were kept, and "unseen" if nothing has looked yet. Operations that are missing were durable.
func (fs *FS) Fates() map[uint64]string {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if fs.image == nil {
		return nil
	}
	fates := map[uint64]string{}
	for i, p := range fs.image.point.pending {
		now := [...]string{"unseen", "kept", "lost"}[fs.image.fate(i)]
		switch before, seen := fates[p.tick]; {
		case !seen || before == "unseen":
			fates[p.tick] = now
		case now != before && now != "unseen":
			fates[p.tick] = "torn"
		}
	}
	return fates
}

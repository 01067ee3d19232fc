package remains

import "os"

// holding is what a store holds.
type holding struct {
	files, handles, goroutines int
	outside                    int // files that the process has open in the real filesystem
	bytes                      int64
}

// holds measures the store.
func (s *stay) holds() holding {
	letOthersRun() // some goroutines may be on their way out
	u, err := UsageOf(s.fs, s.env.Dir)
	if err != nil {
		u = Usage{}
	}
	return holding{files: u.Files, bytes: u.Bytes, handles: len(s.fs.OpenFiles()), goroutines: s.work.count(), outside: outside()}
}

// least returns the least of each.
func (h holding) least(other holding) holding {
	return holding{
		files: min(h.files, other.files), handles: min(h.handles, other.handles), goroutines: min(h.goroutines, other.goroutines),
		outside: min(h.outside, other.outside), bytes: min(h.bytes, other.bytes),
	}
}

// outside counts the open files of the process, on systems with /proc.
func outside() int {
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return len(open)
}

// growing is a kind of resource of which a store holds more and more.
type growing struct {
	class, what string
	of          func(*holding) int64
}

var kinds = []growing{
	{Goroutines, "goroutines", func(h *holding) int64 { return int64(h.goroutines) }},
	{OpenFiles, "files and directories open", func(h *holding) int64 { return int64(h.handles) }},
	{OpenFiles, "files open that are not on Env.FS", func(h *holding) int64 { return int64(h.outside) }},
	{Space, "files", func(h *holding) int64 { return int64(h.files) }},
	{Space, "bytes in files", func(h *holding) int64 { return h.bytes }},
}

// grown returns what has grown in a later measurement. Bytes count only for a store that compacts on request.
func (h *holding) grown(later *holding, tidies bool) (all []growing) {
	for i, k := range kinds {
		most := k.of(h) + moreOfAnything
		if i == len(kinds)-1 {
			if most = 2*k.of(h) + moreBytes; !tidies {
				continue
			}
		}
		if k.of(later) > most {
			all = append(all, k)
		}
	}
	return all
}

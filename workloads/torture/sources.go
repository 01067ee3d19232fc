package torture

import (
	"fmt"
	"path"
	"runtime"
	"slices"
	"strings"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// Explanation is the order that a failure shows to be missing.
type Explanation struct {
	Sentence string `json:"sentence"`
	// Missing is the operation that was not durable; of several, the first.
	Missing *Site `json:"missing,omitempty"`
	// By is what came before it was durable and must not have: another operation, or the acknowledgement of a commit. If
	// nothing has to be lost, it is the operation right after which a crash fails.
	By *Site `json:"by,omitempty"`
	// Beside is a sync between the two of the other half alone: of the directory if the file's bytes are missing, of the
	// file if its name is.
	Beside *Site `json:"beside,omitempty"`
	// Culprit is the last operation before By without which nothing would fail, if nothing has to be lost.
	Culprit *Site `json:"culprit,omitempty"`
	// Lost is how many operations have to be lost for the failure: 1 is one missing edge, 0 no missing sync.
	Lost int `json:"lost"`
}

// Site is an operation of a run, and where in the engine's source it comes from.
type Site struct {
	Tick     uint64   `json:"tick"`
	Op       string   `json:"op"`
	Path     string   `json:"path"`
	Part     bool     `json:"part,omitempty"`     // a part of the operation, such as some sectors of a write
	Source   string   `json:"source,omitempty"`   // "wal/writer.go:212"
	From     string   `json:"from,omitempty"`     // where its package is called from another one: "engine/commit.go:80"
	Function string   `json:"function,omitempty"` // "wal.(*Writer).Append"
	Stack    []string `json:"stack,omitempty"`    // of the engine, innermost first
}

func (s *Site) text() string {
	text := "the " + s.Op + " of " + s.Path
	if s.Part {
		text = "a part of " + text
	}
	return text + s.place()
}

// place says where in the source it is.
func (s *Site) place() string {
	switch {
	case s.From != "":
		return fmt.Sprintf(" (`%s` from `%s`)", s.Source, s.From)
	case s.Source != "":
		return fmt.Sprintf(" (`%s`)", s.Source)
	}
	return ""
}

// sources finds the place in the engine's source that an operation comes from.
type sources struct {
	wrapper string // the directory of the source through which most operations go: it says little about any of them
}

const (
	modulePath  = "github.com/lightningdb/lightning-torture/"
	stackFrames = 12 // that a site shows
)

func newSources(trace []faultfs.Op) *sources {
	s, counts, most := &sources{}, map[string]int{}, 0
	for i := range trace {
		frames := engineFrames(trace[i].PCs)
		if len(frames) == 0 {
			continue
		}
		dir := path.Dir(frames[0].File)
		if counts[dir]++; counts[dir] > most {
			s.wrapper, most = dir, counts[dir]
		}
	}
	return s
}

// engineFrames returns the calls between the filesystem and the lab.
func engineFrames(pcs []uintptr) []runtime.Frame {
	var frames []runtime.Frame
	for iter, more := runtime.CallersFrames(pcs), len(pcs) > 0; more; {
		var f runtime.Frame
		f, more = iter.Next()
		switch {
		case strings.HasPrefix(f.Function, modulePath+"faultfs.") || strings.HasPrefix(f.Function, "github.com/spf13/afero"):
		case isLab(f):
			return frames
		default:
			frames = append(frames, f)
		}
	}
	return frames
}

// isLab reports whether a frame is the lab's or that of an adapter, which drive the engine. The engines of the lab's own tests
// are not.
func isLab(f runtime.Frame) bool {
	lab := slices.ContainsFunc([]string{"workloads.", "workloads/torture.", "workloads/targets/"}, func(prefix string) bool {
		return strings.HasPrefix(f.Function, modulePath+prefix)
	})
	return lab && !strings.HasSuffix(f.File, "_test.go")
}

// site describes an operation. Its place in the source is the innermost one outside the wrapper, if there is one.
func (s *sources) site(op *faultfs.Op) Site {
	site := Site{Tick: op.Tick, Op: op.Kind.String(), Path: op.Path}
	if op.To != "" {
		site.Path += " -> " + op.To
	}
	frames := engineFrames(op.PCs)
	if len(frames) == 0 {
		return site
	}
	for _, f := range frames[:min(len(frames), stackFrames)] {
		site.Stack = append(site.Stack, place(f)+" "+shortName(f.Function))
	}
	at := slices.IndexFunc(frames, func(f runtime.Frame) bool { return path.Dir(f.File) != s.wrapper })
	if at < 0 || path.Dir(frames[len(frames)-1].File) == s.wrapper {
		at = 0 // all of the engine is in one directory
	}
	site.Source, site.Function = place(frames[at]), shortName(frames[at].Function)
	here := path.Dir(frames[at].File)
	if from := slices.IndexFunc(frames[at:], func(f runtime.Frame) bool { return path.Dir(f.File) != here }); from >= 0 {
		site.From = place(frames[at+from])
	}
	return site
}

// place returns a file with its directory and the line.
func place(f runtime.Frame) string {
	return fmt.Sprintf("%s/%s:%d", path.Base(path.Dir(f.File)), path.Base(f.File), f.Line)
}

// shortName returns a function's name without the path of its package.
func shortName(function string) string { return path.Base(function) }

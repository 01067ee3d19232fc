package explain

import (
	"path"
	"runtime"
	"slices"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/torture/stack"
)

// sources finds the place in the engine's source that makes an operation.
type sources struct {
	engine *stack.EngineFinder
	// wrapper is the source directory through which most operations go, typically the engine's filesystem wrapper. A line
	// there says little about any single operation.
	wrapper string
	// place, if it is not nil, fills in the place instead.
	place func(op *faultfs.Op, site *Site)
}

// wrapperFrames is the maximum number of calls between a wrapper and the filesystem.
const wrapperFrames = 4

// stackFrames limits the calls in Site.Stack.
const stackFrames = 12

// newSources finds out from a trace which code is the engine's. packages are the import patterns of the engine, if
// known.
func newSources(packages []string, trace []faultfs.Op) *sources {
	s, counts, most := &sources{}, map[string]int{}, 0
	s.engine = stack.NewEngineFinder(packages, func(yield func([]uintptr) bool) {
		for i := range trace {
			if !yield(trace[i].PCs) {
				return
			}
		}
	})
	for i := range trace {
		frames := s.engine.Frames(trace[i].PCs)
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

// Sites returns a function that finds the place in the source where an operation of a trace was made. The packages are the
// import patterns of the engine, if they are known.
func Sites(packages []string, trace []faultfs.Op) func(op *faultfs.Op) Site {
	return newSources(packages, trace).site
}

func (s *sources) isWrapper(f runtime.Frame) bool { return path.Dir(f.File) == s.wrapper }

// framesOf returns the calls of the engine that made an operation, innermost first; none if only places are known.
func (s *sources) framesOf(op *faultfs.Op) []runtime.Frame {
	if s.engine == nil {
		return nil
	}
	return s.engine.Frames(op.PCs)
}

// site describes an operation. Its place in the source is the innermost call outside the wrapper, if there is one.
func (s *sources) site(op *faultfs.Op) Site {
	site := Site{Tick: op.Tick, Op: op.Kind.String(), Path: op.Paths()}
	if s.place != nil {
		s.place(op, &site)
		return site
	}
	frames := s.engine.Frames(op.PCs)
	if len(frames) == 0 {
		return site
	}
	for _, f := range frames[:min(len(frames), stackFrames)] {
		site.Stack = append(site.Stack, stack.Place(f)+" "+stack.ShortName(f.Function))
	}
	at := max(0, slices.IndexFunc(frames[:min(len(frames), wrapperFrames)], s.isWrapper)) // a helper may be called by the wrapper
	if beyond := slices.IndexFunc(frames[at:], func(f runtime.Frame) bool { return !s.isWrapper(f) }); beyond >= 0 {
		at += beyond
	} else {
		at = 0
	}
	if path.Dir(frames[len(frames)-1].File) == s.wrapper {
		at = 0 // the whole engine is in one directory
	}
	site.Source, site.Function = stack.Place(frames[at]), stack.ShortName(frames[at].Function)
	here := path.Dir(frames[at].File)
	if from := slices.IndexFunc(frames[at:], func(f runtime.Frame) bool { return path.Dir(f.File) != here }); from >= 0 {
		site.From = stack.Place(frames[at+from])
	}
	return site
}

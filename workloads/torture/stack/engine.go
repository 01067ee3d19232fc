package stack

import (
	"iter"
	"runtime"
	"slices"
	"strings"
)

// EngineFinder tells the calls of an engine from those of the user's adapter for it, wherever the adapter is.
type EngineFinder struct {
	packages []string        // import patterns of the engine; empty: unknown
	entries  map[string]bool // files with a function that the lab has called
}

// NewEngineFinder returns a finder. packages are the import patterns of the engine's packages, if the target names them. From
// stacks, all stacks of a run, it learns which files contain the adapter.
func NewEngineFinder(packages []string, stacks iter.Seq[[]uintptr]) *EngineFinder {
	e := &EngineFinder{packages: packages, entries: map[string]bool{}}
	for pcs := range stacks {
		e.learn(engineCallsOf(pcs))
	}
	return e
}

// learn records the file of the function that the lab has called.
func (e *EngineFinder) learn(c engineCalls) {
	if c.Whole && len(c.Frames) > 0 {
		e.entries[c.Frames[len(c.Frames)-1].File] = true
	}
}

// Frames returns the calls of the engine on a stack, innermost first. See the package comment for what counts as the engine.
func (e *EngineFinder) Frames(pcs []uintptr) []runtime.Frame { return e.of(engineCallsOf(pcs)) }

func (e *EngineFinder) of(c engineCalls) []runtime.Frame {
	if len(c.Frames) == 0 {
		return nil
	}
	frames, named := e.named(c.Frames)
	rest := trimmedRight(frames, e.isAdapters)
	if outside := packageOf(frames[len(frames)-1].Function); c.Whole && !named && leaves(rest, outside) {
		rest = trimmedLeft(rest, func(f runtime.Frame) bool { return packageOf(f.Function) == outside })
	}
	rest = trimmedLeft(rest, e.isAdapters)
	if len(rest) == 0 {
		return frames // the whole engine is in the file of its adapter
	}
	return rest
}

// leaves reports whether any of the calls is in another package than path.
func leaves(frames []runtime.Frame, path string) bool {
	return slices.ContainsFunc(frames, func(f runtime.Frame) bool { return packageOf(f.Function) != path })
}

// named returns the calls from the innermost to the outermost call of the packages that the target names. If there are none,
// it returns all calls and false.
func (e *EngineFinder) named(frames []runtime.Frame) (some []runtime.Frame, named bool) {
	first, last := -1, -1
	for i, f := range frames {
		if !isTests(f) && e.names(packageOf(f.Function)) {
			if last = i; first < 0 {
				first = i
			}
		}
	}
	if first < 0 {
		return frames, false
	}
	return frames[first : last+1], true
}

func (e *EngineFinder) names(path string) bool {
	return slices.ContainsFunc(e.packages, func(pattern string) bool {
		if above, tree := strings.CutSuffix(pattern, "/..."); tree {
			return path == above || strings.HasPrefix(path, above+"/")
		}
		return path == pattern
	})
}

func (e *EngineFinder) isAdapters(f runtime.Frame) bool { return e.entries[f.File] || isTests(f) }

func isTests(f runtime.Frame) bool { return strings.HasSuffix(f.File, "_test.go") }

func trimmedLeft(frames []runtime.Frame, drop func(runtime.Frame) bool) []runtime.Frame {
	for len(frames) > 0 && drop(frames[0]) {
		frames = frames[1:]
	}
	return frames
}

func trimmedRight(frames []runtime.Frame, drop func(runtime.Frame) bool) []runtime.Frame {
	for len(frames) > 0 && drop(frames[len(frames)-1]) {
		frames = frames[:len(frames)-1]
	}
	return frames
}

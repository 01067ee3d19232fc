package stack

import (
	"fmt"
	"path"
	"runtime"
	"slices"
	"strings"
)

// ModulePath begins the names of all functions of this module.
const ModulePath = "github.com/lightningdb/lightning-torture/"

// toyPackage holds the engines of the lab's own tests. They count as engines, although they lie among the lab's packages.
const toyPackage = "workloads/torture/internal/toy."

// EngineFrames returns the calls between the filesystem and the lab, innermost first.
func EngineFrames(pcs []uintptr) []runtime.Frame {
	var frames []runtime.Frame
	for iter, more := runtime.CallersFrames(pcs), len(pcs) > 0; more; {
		var f runtime.Frame
		f, more = iter.Next()
		switch {
		case isDisk(f.Function), len(frames) == 0 && isAdapter(f.Function):
		case drivesEngine(f):
			return frames
		default:
			frames = append(frames, f)
		}
	}
	return frames
}

// ByClient reports whether a call comes from a client of a workload, and not from a goroutine of the engine. Without callers
// nobody knows; then it is false.
func ByClient(pcs []uintptr) bool {
	for iter, more := runtime.CallersFrames(pcs), len(pcs) > 0; more; {
		var f runtime.Frame
		if f, more = iter.Next(); strings.HasPrefix(f.Function, ModulePath+"workloads.(*worker)") {
			return true
		}
	}
	return false
}

// isDisk reports whether a function is one of the filesystem under the engine.
func isDisk(function string) bool {
	return strings.HasPrefix(function, ModulePath+"faultfs") || strings.HasPrefix(function, "github.com/spf13/afero")
}

// isAdapter reports whether a function belongs to an adapter. Those of filesystems are called by the engine and call the disk.
func isAdapter(function string) bool {
	return strings.HasPrefix(function, ModulePath+"workloads/targets/")
}

// drivesEngine reports whether a frame is one of the lab or of an adapter. The engines of the lab's own tests are neither.
func drivesEngine(f runtime.Frame) bool {
	rest, ours := strings.CutPrefix(f.Function, ModulePath)
	if !ours || strings.HasSuffix(f.File, "_test.go") || strings.HasPrefix(rest, toyPackage) {
		return false
	}
	return slices.ContainsFunc(
		[]string{"workloads.", "workloads/torture.", "workloads/torture/", "workloads/targets/"},
		func(prefix string) bool { return strings.HasPrefix(rest, prefix) },
	)
}

// Place returns where a frame is: a file with its directory, and the line.
func Place(f runtime.Frame) string {
	return fmt.Sprintf("%s/%s:%d", path.Base(path.Dir(f.File)), path.Base(f.File), f.Line)
}

// ShortName returns a function's name without the path of its package.
func ShortName(function string) string { return path.Base(function) }

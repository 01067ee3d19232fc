package stack

import (
	"runtime"
	"slices"
	"strings"
)

// linesShown limits the lines of stacks that a finding shows.
const linesShown = 12

// firstLines returns the first linesShown lines, with spaces in place of tabs.
func firstLines(lines []string) []string {
	shown := make([]string, min(linesShown, len(lines)))
	for i := range shown {
		shown[i] = strings.ReplaceAll(lines[i], "\t", "  ")
	}
	return shown
}

// OfPanic returns the first lines of the stack trace of a goroutine that has panicked, starting at the call that panicked.
func OfPanic(trace string) []string {
	lines := strings.Split(strings.TrimSpace(trace), "\n")
	for i := len(lines) - 3; i > 0; i-- { // the innermost panic comes last
		if strings.HasPrefix(lines[i], "panic(") {
			lines = append(lines[:1:1], lines[i+2:]...) // skip the call of panic and its place in the runtime
			break
		}
	}
	return firstLines(lines)
}

// Goroutine returns the beginning of the calling goroutine's stack trace, such as "goroutine 7 [".
func Goroutine() string {
	var b [64]byte
	name, _, _ := strings.Cut(string(b[:runtime.Stack(b[:], false)]), "[")
	return name + "["
}

// Containing returns the first lines of the stacks of all goroutines that contain one of the marks, without the calls of the
// standard library in which they wait. Goroutines without a call of an engine come last, because they only wait for the others.
func Containing(marks ...string) []string {
	b := make([]byte, 1<<20)
	b = b[:runtime.Stack(b, true)]
	var engine, lab []string
	for trace := range strings.SplitSeq(string(b), "\n\n") {
		if !slices.ContainsFunc(marks, func(mark string) bool { return strings.Contains(trace, mark) }) {
			continue
		}
		if lines, engines := ofGoroutine(trace); engines {
			engine = append(engine, lines...)
		} else {
			lab = append(lab, lines...)
		}
	}
	return firstLines(append(engine, lab...))
}

// ofGoroutine returns the lines of a goroutine's stack without the innermost calls of the standard library, and whether an engine
// made any of the calls.
func ofGoroutine(trace string) (lines []string, engines bool) {
	lines = strings.Split(strings.TrimSpace(trace), "\n")
	calls := Calls(trace)
	waits := slices.IndexFunc(calls, func(c Call) bool { return !isStandard(c.Function, c.file) })
	if from := 1 + 2*waits; waits > 0 && from < len(lines) { // a call has two lines
		lines = append(lines[:1:1], lines[from:]...)
	}
	return lines, slices.ContainsFunc(calls, func(c Call) bool { return ownerOf(c.Function, c.file) == Engine })
}

package stack

import (
	"runtime"
	"slices"
	"strings"
)

// linesShown is how many lines of stacks a finding shows.
const linesShown = 12

// firstLines returns the first of lines, with blanks for tabs.
func firstLines(lines []string) []string {
	shown := make([]string, min(linesShown, len(lines)))
	for i := range shown {
		shown[i] = strings.ReplaceAll(lines[i], "\t", "  ")
	}
	return shown
}

// OfPanic returns the first lines of the stack of a goroutine that has panicked, from the call that did so.
func OfPanic(trace string) []string {
	lines := strings.Split(strings.TrimSpace(trace), "\n")
	for i := len(lines) - 3; i > 0; i-- { // the innermost panic comes last
		if strings.HasPrefix(lines[i], "panic(") {
			lines = append(lines[:1:1], lines[i+2:]...) // without the file of the runtime
			break
		}
	}
	return firstLines(lines)
}

// Goroutine returns the name of the calling goroutine, in the form in which its stack trace begins.
func Goroutine() string {
	var b [64]byte
	name, _, _ := strings.Cut(string(b[:runtime.Stack(b[:], false)]), "[")
	return name + "["
}

// Containing returns the first lines of the stacks of all goroutines that contain one of the marks. Those that are in the lab
// come last: they wait for the others.
func Containing(marks ...string) []string {
	b := make([]byte, 1<<20)
	b = b[:runtime.Stack(b, true)]
	var engine, lab []string
	for trace := range strings.SplitSeq(string(b), "\n\n") {
		if !slices.ContainsFunc(marks, func(mark string) bool { return strings.Contains(trace, mark) }) {
			continue
		}
		lines := strings.Split(strings.TrimSpace(trace), "\n")
		if len(lines) > 1 && strings.HasPrefix(lines[1], ModulePath) {
			lab = append(lab, lines...)
		} else {
			engine = append(engine, lines...)
		}
	}
	return firstLines(append(engine, lab...))
}

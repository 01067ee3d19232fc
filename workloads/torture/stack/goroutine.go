package stack

import (
	"runtime"
	"strings"
)

// FirstLines returns the first n lines of a text.
func FirstLines(text string, n int) []string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[:min(n, len(lines))]
}

// Goroutine returns the name of the calling goroutine, in the form in which its stack trace begins.
func Goroutine() string {
	var b [64]byte
	name, _, _ := strings.Cut(string(b[:runtime.Stack(b[:], false)]), "[")
	return name + "["
}

// Containing returns the first lines of the stacks of all goroutines that contain one of the marks.
func Containing(marks ...string) []string {
	b := make([]byte, 1<<20)
	b = b[:runtime.Stack(b, true)]
	var all []string
	for trace := range strings.SplitSeq(string(b), "\n\n") {
		for _, mark := range marks {
			if strings.Contains(trace, mark) {
				all = append(all, strings.ReplaceAll(trace, "\t", "  "))
				break
			}
		}
	}
	return FirstLines(strings.Join(all, "\n"), 12)
}

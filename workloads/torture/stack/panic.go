package stack

import (
	"path"
	"strings"
)

// Call is a call on the stack of a panic, as the Go runtime printed it.
type Call struct {
	Function string // with the path of its package, without arguments
	Place    string // such as "wal/writer.go:212"
	file     string // with its path
}

// Blame says whose panic ended a process, from what the Go runtime wrote: on the stack of the goroutine that panicked,
// the first function that belongs neither to the runtime nor to the standard library. engines is false if it is the
// lab's own, or if there is none.
func Blame(output string) (function string, engines bool) {
	for _, call := range Calls(output) {
		if !isStandard(call.Function, call.file) {
			return ShortName(call.Function), !call.ofLab()
		}
	}
	return "", false
}

// Reason returns why the Go runtime ended a process, from what it wrote, and whether that was a fatal error and no panic. Of
// some fatal errors it writes the reason to standard error alone; then it is the function that noticed.
func Reason(output string) (reason string, fatal bool) {
	for line := range strings.SplitSeq(output, "\n") {
		if reason, ok := strings.CutPrefix(line, "panic: "); ok {
			return strings.TrimSuffix(reason, " [recovered, repanicked]"), false
		}
		if reason, ok := strings.CutPrefix(line, "fatal error: "); ok {
			return reason, true
		}
		if strings.HasPrefix(line, "goroutine ") {
			break
		}
	}
	for _, call := range Calls(output) {
		if name := ShortName(call.Function); !strings.HasSuffix(name, ".fatal") && !strings.HasSuffix(name, ".throw") {
			return "noticed by " + name, true
		}
	}
	return "of an unknown kind", true
}

// ofLab reports whether a function is neither the engine's nor an adapter's.
func (c Call) ofLab() bool {
	owner := ownerOf(c.Function, c.file)
	return owner == Lab || owner == Nobody
}

// Calls returns the stack of the first goroutine in what the runtime wrote, which is the one that panicked, innermost
// call first. Each call has two lines: the function with its arguments, and, after a tab, its place in the source.
func Calls(output string) (calls []Call) {
	_, trace, _ := strings.Cut("\n"+output, "\ngoroutine ")
	trace, _, _ = strings.Cut(trace, "\n\n")
	for line := range strings.SplitSeq(trace, "\n") {
		switch end := strings.LastIndex(line, "("); {
		case strings.HasPrefix(line, "created by "):
			return calls
		case strings.HasPrefix(line, "\t") && len(calls) > 0:
			file, _, _ := strings.Cut(strings.TrimSpace(line), " ")
			calls[len(calls)-1].file, _, _ = strings.Cut(file, ".go:")
			calls[len(calls)-1].file += ".go"
			calls[len(calls)-1].Place = path.Join(path.Base(path.Dir(file)), path.Base(file))
		case end > 0:
			calls = append(calls, Call{Function: line[:end]})
		}
	}
	return calls
}

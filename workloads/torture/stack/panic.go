package stack

import (
	"path"
	"strings"
)

// Call is a call on the stack of a panic, as the Go runtime printed it.
type Call struct {
	Function string // with its package path, without arguments
	Place    string // such as "wal/writer.go:212"
	file     string // with its path
}

// Blame returns the function whose panic ended a process, given the output of the Go runtime. It is the innermost
// function outside the standard library on the stack of the goroutine that panicked. engines reports whether it belongs
// to the engine or its adapter; it is false if the function is the lab's, or if there is none.
func Blame(output string) (function string, engines bool) {
	for _, call := range Calls(output) {
		if !isStandard(call.Function, call.file) {
			return ShortName(call.Function), !call.ofLab()
		}
	}
	return "", false
}

// Reason returns why the Go runtime ended a process, given its output, and whether that was a fatal error rather than a
// panic. If the output lacks the reason, as for some fatal errors, Reason names the function that detected the error.
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

// ofLab reports whether a call is neither the engine's nor an adapter's.
func (c Call) ofLab() bool {
	owner := ownerOf(c.Function, c.file)
	return owner == Lab || owner == Nobody
}

// OfEngine returns the calls of an engine among the lines of a stack that Containing or OfPanic have shortened.
func OfEngine(lines []string) (calls []Call) {
	for _, call := range Calls(strings.ReplaceAll(strings.Join(lines, "\n"), "\n  ", "\n\t")) {
		if ownerOf(call.Function, call.file) == Engine {
			calls = append(calls, call)
		}
	}
	return calls
}

// Calls returns the stack of the first goroutine in the output of the Go runtime, which is the one that panicked, innermost
// call first. Each call takes two lines: the function with its arguments, and, after a tab, its place in the source.
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

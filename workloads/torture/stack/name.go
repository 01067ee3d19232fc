package stack

import (
	"regexp"
	"runtime"
	"slices"
	"strings"
)

// counters matches the parts of a function's name that count closures or stand for type arguments. They change when unrelated
// code does.
var counters = regexp.MustCompile(`\.(func|gowrap)[0-9]+(\.[0-9]+)*|-range[0-9]+|-fm$|\[\.\.\.\]`)

// identity returns a function's name as by ShortName, but closures have the name of the function that contains them.
func identity(function string) string { return counters.ReplaceAllString(ShortName(function), "") }

// Caller returns the name of a calling function as by ShortName, but closures have the name of the function that contains
// them. With skip 0 it is the function that calls Caller, and with 1 its caller.
func Caller(skip int) string {
	pc := make([]uintptr, 1)
	if runtime.Callers(2+skip, pc) == 0 {
		return ""
	}
	f, _ := runtime.CallersFrames(pc).Next()
	return identity(f.Function)
}

// Panicked returns where a goroutine panicked, from its stack trace: the innermost function outside the standard library, and
// its caller, to tell apart the callers of a helper that only panics. The names are as by Caller.
func Panicked(trace string) string {
	calls := Calls(trace)
	for i, c := range slices.Backward(calls) { // the first of several panics comes last
		if c.Function == "panic" {
			calls = calls[i+1:]
			break
		}
	}
	var names []string
	for _, c := range calls {
		if isStandard(c.Function, c.file) {
			continue
		}
		if len(names) == 1 && c.ofLab() {
			break
		}
		if names = append(names, identity(c.Function)); len(names) == 2 {
			break
		}
	}
	return strings.Join(names, " from ")
}

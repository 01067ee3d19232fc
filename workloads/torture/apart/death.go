package apart

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads/torture/stack"
)

// Death is the end of a child that had not finished its work.
type Death struct {
	Output string   // what the Go runtime printed for a panic or a fatal error; empty: nothing
	Code   int      // the exit code; negative: a signal ended it
	Log    string   // the last line written with package log
	Tokens []string // the tokens of the runs in progress
}

// Cause says who ended a child.
type Cause uint8

// The causes.
const (
	ByEngine Cause = iota // a panic or a fatal error of the engine, or an exit, since the lab never exits
	ByLab                 // a panic of the lab itself
	ByOthers              // a signal from outside, perhaps because memory ran out
)

// Cause returns who ended the child, and the function responsible if the Go runtime names one.
func (d *Death) Cause() (by Cause, function string) {
	if d.Output == "" {
		if d.Code < 0 {
			return ByOthers, ""
		}
		return ByEngine, ""
	}
	switch function, engines := stack.Blame(d.Output); {
	case engines:
		return ByEngine, function
	case function == "":
		return ByOthers, ""
	default:
		return ByLab, function
	}
}

// OfEngine reports whether the engine ended the child.
func (d *Death) OfEngine() bool {
	by, _ := d.Cause()
	return by == ByEngine
}

// read reads what a child left in its directory. died is nil if the child had not begun its work, or had finished it.
func read(dir string, code int) (began bool, died *Death) {
	output, err := os.ReadFile(filepath.Join(dir, crashFile))
	if err != nil && code >= 0 {
		return false, nil
	} else if err != nil {
		return false, &Death{Code: code}
	}
	if _, err := os.Stat(filepath.Join(dir, doneFile)); err == nil && len(output) == 0 && code >= 0 {
		return true, nil
	}
	slots, err := os.ReadFile(filepath.Join(dir, runningFile))
	if err != nil {
		slots, _ = os.ReadFile(filepath.Join(dir, doneFile)) // if this file is missing too, there is no token
	}
	lines, _ := os.ReadFile(filepath.Join(dir, logFile))
	text := strings.TrimSpace(string(lines))
	return true, &Death{
		Output: string(output), Code: code, Log: text[strings.LastIndexByte(text, '\n')+1:],
		Tokens: strings.Fields(string(bytes.ReplaceAll(slots, []byte{0}, nil))),
	}
}

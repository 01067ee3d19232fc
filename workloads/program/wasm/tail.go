package wasm

import (
	"slices"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads/internal/lastoutput"
	"github.com/lightningdb/lightning-torture/workloads/program"
)

// tail is the end of what a program prints.
type tail struct{ lastoutput.Buffer }

// tailLines is the number of lines shown in a finding.
const tailLines = 12

// lines returns the last lines, with the store's directory replaced by {dir}.
func (t *tail) lines() []string {
	text := strings.TrimSpace(strings.ToValidUTF8(t.String(), "\uFFFD"))
	if text == "" {
		return nil
	}
	lines := strings.Split(strings.ReplaceAll(text, storeDir, program.Dir), "\n")
	return lines[max(0, len(lines)-tailLines):]
}

// last returns the last line, ignoring the uninformative FAIL of a Go test, or "" if there is none.
func (t *tail) last() string {
	for _, line := range slices.Backward(t.lines()) {
		if line = strings.TrimSpace(line); line != "" && line != "FAIL" {
			return line
		}
	}
	return ""
}

// crash returns the line in which Go says why a program crashed, or "" if there is none.
func (t *tail) crash() string {
	for line := range strings.Lines(strings.ReplaceAll(t.String(), storeDir, program.Dir)) {
		if strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ") {
			return strings.TrimSpace(line)
		}
	}
	return ""
}

package wasm

import (
	"slices"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads/program"
)

// tail keeps the end of what a program prints.
type tail struct{ text []byte }

const (
	tailBytes = 16 << 10
	tailLines = 12
)

func (t *tail) Write(b []byte) (int, error) {
	t.text = append(t.text, b...)
	if len(t.text) > 2*tailBytes {
		t.text = append(t.text[:0], t.text[len(t.text)-tailBytes:]...)
	}
	return len(b), nil
}

// lines returns the last lines. Paths of the disk read {dir} in them.
func (t *tail) lines() []string {
	text := strings.TrimSpace(strings.ToValidUTF8(string(t.text), "\uFFFD"))
	if text == "" {
		return nil
	}
	lines := strings.Split(strings.ReplaceAll(text, storeDir, program.Dir), "\n")
	return lines[max(0, len(lines)-tailLines):]
}

// last returns the last line, but for the verdict of a test, which says nothing; empty if there is none.
func (t *tail) last() string {
	for _, line := range slices.Backward(t.lines()) {
		if line = strings.TrimSpace(line); line != "" && line != "FAIL" {
			return line
		}
	}
	return ""
}

// crash returns the line by which Go says why a program crashed; empty if there is none.
func (t *tail) crash() string {
	for line := range strings.Lines(strings.ReplaceAll(string(t.text), storeDir, program.Dir)) {
		if strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ") {
			return strings.TrimSpace(line)
		}
	}
	return ""
}

package wasm

import (
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

// last returns the last line; empty if there is none.
func (t *tail) last() string {
	lines := t.lines()
	if len(lines) == 0 {
		return ""
	}
	return strings.TrimSpace(lines[len(lines)-1])
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

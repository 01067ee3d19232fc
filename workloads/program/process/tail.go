package process

import (
	"bytes"
	"strings"
)

// Tail keeps the end of what is written to it.
type Tail struct{ text bytes.Buffer }

const (
	tailBytes = 64 << 10 // a Go program that crashes prints all its stacks
	tailLines = 12
)

func (t *Tail) Write(b []byte) (int, error) {
	n := len(b)
	if len(b) > tailBytes {
		b = b[len(b)-tailBytes:]
	}
	if t.text.Len()+len(b) > 2*tailBytes {
		t.text.Next(t.text.Len() + len(b) - tailBytes)
	}
	t.text.Write(b)
	return n, nil
}

// Lines returns the last lines.
func (t *Tail) Lines() []string {
	lines := t.all()
	return lines[max(0, len(lines)-tailLines):]
}

// Crash returns the line in which a Go program says why it crashed, or "" if it did not. The stacks that follow it push it out
// of Lines.
func (t *Tail) Crash() string {
	for _, line := range t.all() {
		if strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ") {
			return line
		}
	}
	return ""
}

func (t *Tail) all() []string {
	text := strings.TrimSpace(strings.ToValidUTF8(t.text.String(), "\uFFFD"))
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

package process

import (
	"bytes"
	"strings"
)

// Tail keeps the end of what is written to it.
type Tail struct{ text bytes.Buffer }

const (
	tailBytes = 16 << 10
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

// Lines returns the last lines; none if nothing was written.
func (t *Tail) Lines() []string {
	text := strings.TrimSpace(strings.ToValidUTF8(t.text.String(), "\uFFFD"))
	if text == "" {
		return nil
	}
	lines := strings.Split(text, "\n")
	return lines[max(0, len(lines)-tailLines):]
}

package cli

import (
	"fmt"
	"io"
)

// printedMost limits how much of an engine's output is passed on, because the engine runs thousands of times.
const printedMost = 64 << 10

// printed passes on the beginning of what is written to it, and counts the rest.
type printed struct {
	to   io.Writer
	left int
	more int
}

func newPrinted(to io.Writer) *printed { return &printed{to: to, left: printedMost} }

func (p *printed) Write(b []byte) (int, error) {
	part := b[:min(len(b), p.left)]
	p.left, p.more = p.left-len(part), p.more+len(b)-len(part)
	if len(part) > 0 {
		if _, err := p.to.Write(part); err != nil {
			return 0, err
		}
	}
	return len(b), nil
}

// end reports how much was left out.
func (p *printed) end() {
	if p.more > 0 {
		fmt.Fprintf(p.to, "\nThe engine printed %d more bytes, which are left out.\n", p.more)
	}
}

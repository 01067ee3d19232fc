package cmdline

import (
	"fmt"
)

// Part is the value of --shard: one of several parts of a matrix, as "2/5". The zero value is all of it.
type Part struct{ Index, Of int }

// String returns the value as it is given.
func (p *Part) String() string {
	if *p == (Part{}) {
		return ""
	}
	return fmt.Sprintf("%d/%d", p.Index, p.Of)
}

// Set reads a value.
func (p *Part) Set(text string) error {
	var q Part
	if n, err := fmt.Sscanf(text, "%d/%d", &q.Index, &q.Of); err != nil || n != 2 || q.String() != text || q.Index < 1 || q.Index > q.Of {
		return fmt.Errorf("give I/N with I from 1 to N, such as 2/5")
	}
	*p = q
	return nil
}

// Type is what the value is called in help texts.
func (*Part) Type() string { return "I/N" }

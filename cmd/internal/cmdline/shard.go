package cmdline

import (
	"fmt"
)

// Part is the value of --shard: one of several parts of a matrix, such as "2/5". The zero value is the whole matrix.
type Part struct{ Index, Of int }

// String returns the value as it was given; "" for the whole matrix.
func (p *Part) String() string {
	if *p == (Part{}) {
		return ""
	}
	return fmt.Sprintf("%d/%d", p.Index, p.Of)
}

// Set parses a value.
func (p *Part) Set(text string) error {
	var q Part
	if n, err := fmt.Sscanf(text, "%d/%d", &q.Index, &q.Of); err != nil || n != 2 || q.String() != text || q.Index < 1 || q.Index > q.Of {
		return fmt.Errorf("give I/N with I from 1 to N, such as 2/5")
	}
	*p = q
	return nil
}

// Type returns what the value is called in help texts.
func (*Part) Type() string { return "I/N" }

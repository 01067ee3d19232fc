package wasm

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/program"
)

// clock is the clock of a recording, shared by disk operations and acknowledgements.
type clock uint64

func (c *clock) next() uint64 {
	*c++
	return uint64(*c)
}

// spoken collects acknowledgements from standard output.
type spoken struct {
	clock   *clock
	pattern *regexp.Regexp // matches the lines that acknowledge; nil if none do
	rest    []byte
	acks    []program.Ack
	tail    tail
}

func (s *spoken) Write(b []byte) (int, error) {
	s.rest = append(s.rest, b...)
	for {
		line, rest, whole := bytes.Cut(s.rest, []byte("\n"))
		if !whole {
			return s.tail.Write(b)
		}
		s.rest = rest
		if s.pattern == nil {
			continue
		}
		if text, ok := program.Acknowledged(s.pattern, string(line)); ok {
			s.acks = append(s.acks, program.Ack{Tick: s.clock.next(), Text: text})
		}
	}
}

// written returns the acknowledgements appended to files of a disk. A line counts once its newline is written.
func written(disk *faultfs.FS) (acks []program.Ack) {
	rest := ""
	for _, op := range disk.Trace() {
		if op.Kind != faultfs.OpWrite {
			continue
		}
		rest += string(op.Data)
		for {
			line, after, whole := strings.Cut(rest, "\n")
			if !whole {
				break
			}
			acks, rest = append(acks, program.Ack{Tick: op.Tick, Text: line}), after
		}
	}
	return acks
}

package schedule

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
)

// The sections of a WebAssembly module that matter here; see section 5.5 of the specification, on the binary format.
const (
	importSection   byte = 2
	functionSection byte = 3
	globalSection   byte = 6
	exportSection   byte = 7
	codeSection     byte = 10
)

// moduleHeader is the magic number and the version.
const moduleHeader = "\x00asm\x01\x00\x00\x00"

// reader parses a module. After the first error it returns zeros.
type reader struct {
	rest []byte
	err  error
}

func (r *reader) fail() {
	if r.err == nil {
		r.err = fmt.Errorf("%w: the module is damaged", ErrNotGo)
	}
	r.rest = nil
}

func (r *reader) number() int {
	v, n := binary.Uvarint(r.rest)
	if n <= 0 || v > math.MaxUint32 {
		r.fail()
		return 0
	}
	r.rest = r.rest[n:]
	return int(v)
}

// count reads the number of items that follow. Each takes at least one byte, so a number beyond the remaining length is
// damage, and the caller does not allocate for it.
func (r *reader) count() int {
	n := r.number()
	if n > len(r.rest) {
		r.fail()
		return 0
	}
	return n
}

func (r *reader) bytes(n int) []byte {
	if n > len(r.rest) {
		r.fail()
		return nil
	}
	taken := r.rest[:n]
	r.rest = r.rest[n:]
	return taken
}

func (r *reader) byte() byte {
	if b := r.bytes(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *reader) name() string { return string(r.bytes(r.number())) }

func (r *reader) more() bool { return r.err == nil && len(r.rest) > 0 }

// sections calls visit with each section of a module, and returns the module made of the sections that visit returned.
func sections(module []byte, visit func(id byte, body []byte) ([]byte, error)) ([]byte, error) {
	rest, ok := bytes.CutPrefix(module, []byte(moduleHeader))
	if !ok {
		return nil, fmt.Errorf("%w: no WebAssembly module", ErrNotGo)
	}
	out := append(make([]byte, 0, len(module)*5/4), moduleHeader...)
	r := reader{rest: rest}
	for r.more() {
		id := r.byte()
		body := r.bytes(r.number())
		if r.err != nil {
			break
		}
		body, err := visit(id, body)
		if err != nil {
			return nil, err
		}
		out = appendSized(append(out, id), body)
	}
	return out, r.err
}

// appendSized appends the length of body, then body.
func appendSized(to, body []byte) []byte {
	return append(binary.AppendUvarint(to, uint64(len(body))), body...)
}

package schedule

import (
	"encoding/binary"
	"fmt"
)

// wasi is the module of the host that a program for wasip1 imports.
const wasi = "wasi_snapshot_preview1"

// yield is the function of the host that is called when the countdown is at zero. Every Go program imports it.
const yield = "sched_yield"

// The globals that the host has to reach, as the instrumented module exports them.
const (
	countdownExport = "schedule.countdown" // how many more functions are entered until the next call of yield
	goroutineExport = "schedule.g"         // the address of the running goroutine
)

// goRegisters is how many globals a Go program has: the registers of a processor that does not exist. The third is the
// address of the running goroutine.
const (
	goRegisters       = 8
	goroutineRegister = 2
)

// instrument puts a countdown before every function of a Go program.
func instrument(module []byte) ([]byte, error) {
	var in instrumentation
	out, err := sections(module, in.section)
	if err == nil && in.done != 4 {
		err = fmt.Errorf("%w: it has no code", ErrNotGo)
	}
	return out, err
}

type instrumentation struct {
	before []byte // the instructions
	done   int    // how many of the four sections were seen
}

func (in *instrumentation) section(id byte, body []byte) ([]byte, error) {
	r := &reader{rest: body}
	switch id {
	case importSection:
		return body, in.imports(r)
	case globalSection:
		return in.globals(r)
	case exportSection:
		return in.exports(r)
	case codeSection:
		return in.code(r)
	}
	return body, nil
}

// imports finds yield.
func (in *instrumentation) imports(r *reader) error {
	in.done++
	for i := range r.count() {
		module, field, kind := r.name(), r.name(), r.byte()
		if kind != 0 {
			return fmt.Errorf("%w: it imports %s.%s, which is no function", ErrNotGo, module, field)
		}
		if r.number(); module == wasi && field == yield {
			in.before = countdown(i)
		}
	}
	if r.err == nil && in.before == nil {
		return fmt.Errorf("%w: it does not import %s.%s", ErrNotGo, wasi, yield)
	}
	return r.err
}

// countdown returns the instructions that count down and call a function at zero.
func countdown(function int) []byte {
	code := []byte{
		0x23, goRegisters, // global.get countdown
		0x42, 1, // i64.const 1
		0x7d,              // i64.sub
		0x24, goRegisters, // global.set countdown
		0x23, goRegisters, // global.get countdown
		0x50,       // i64.eqz
		0x04, 0x40, // if
		0x10, // call function
	}
	code = binary.AppendUvarint(code, uint64(function))
	return append(code, 0x1a, 0x0b) // drop; end
}

// globals adds the countdown: a variable of 64 bits, at first 1.
func (in *instrumentation) globals(r *reader) ([]byte, error) {
	in.done++
	if n := r.number(); r.err == nil && n != goRegisters {
		return nil, fmt.Errorf("%w: it has %d globals, not %d", ErrNotGo, n, goRegisters)
	}
	body := binary.AppendUvarint(nil, goRegisters+1)
	return append(append(body, r.rest...), 0x7e, 0x01, 0x42, 1, 0x0b), r.err
}

// exports makes the globals visible for the host.
func (in *instrumentation) exports(r *reader) ([]byte, error) {
	in.done++
	body := binary.AppendUvarint(nil, uint64(r.number()+2))
	body = append(body, r.rest...)
	body = append(appendSized(body, []byte(countdownExport)), 3, goRegisters)
	body = append(appendSized(body, []byte(goroutineExport)), 3, goroutineRegister)
	return body, r.err
}

// code puts the countdown after the declarations of local variables of every function.
func (in *instrumentation) code(r *reader) ([]byte, error) {
	in.done++
	if in.done != 4 {
		return nil, fmt.Errorf("%w: a section is missing", ErrNotGo)
	}
	n := r.count()
	body := binary.AppendUvarint(make([]byte, 0, len(r.rest)*5/4), uint64(n))
	for range n {
		function := r.bytes(r.number())
		f := &reader{rest: function}
		for range f.count() {
			f.number()
			f.byte()
		}
		if r.err != nil || f.err != nil {
			r.fail()
			break
		}
		locals := len(function) - len(f.rest)
		body = binary.AppendUvarint(body, uint64(len(function)+len(in.before)))
		body = append(append(append(body, function[:locals]...), in.before...), f.rest...)
	}
	return body, r.err
}

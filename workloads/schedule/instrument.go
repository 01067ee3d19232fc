package schedule

import (
	"encoding/binary"
	"fmt"
)

// wasi is the host module that a program for wasip1 imports.
const wasi = "wasi_snapshot_preview1"

// yield is the host function called when the countdown reaches zero. Every Go program imports it.
const yield = "sched_yield"

// Names under which the instrumented module exports the globals that the host accesses.
const (
	countdownExport = "schedule.countdown" // functions to enter until the next call of yield
	registerExport  = "schedule.r"         // followed by the number of a register
)

// closeExport is a function added to the module. It closes a descriptor as the program would.
const closeExport = "schedule.close"

// goRegisters is the number of globals of a Go program. They are the registers of Go's virtual processor, and the third
// is the address of the running goroutine.
const (
	goRegisters       = 8
	goroutineRegister = 2
)

// goroutineExport exports the address of the running goroutine.
var goroutineExport = registerNamed(goroutineRegister)

func registerNamed(i int) string { return fmt.Sprint(registerExport, i) }

// instrument inserts a countdown before every function of a Go program, exports its globals, and adds a function that
// closes a descriptor.
func instrument(module []byte) ([]byte, error) {
	var in instrumentation
	out, err := sections(module, in.section)
	if err == nil && in.done != sectionsChanged {
		err = fmt.Errorf("%w: it has no code", ErrNotGo)
	}
	return out, err
}

// sectionsChanged is the number of sections that instrument reads or changes, in the order of the cases below.
const sectionsChanged = 5

type instrumentation struct {
	before    []byte // code of a countdown
	close     int    // host function that closes a descriptor; negative: not imported, as in programs without package os
	closeType int    // type of that function
	functions int    // number of functions, including imported ones
	done      int    // number of these sections seen so far
}

func (in *instrumentation) section(id byte, body []byte) ([]byte, error) {
	r := &reader{rest: body}
	switch id {
	case importSection:
		return body, in.imports(r)
	case functionSection:
		return in.types(r)
	case globalSection:
		return in.globals(r)
	case exportSection:
		return in.exports(r)
	case codeSection:
		return in.code(r)
	}
	return body, nil
}

// imports finds yield and the function that closes a descriptor.
func (in *instrumentation) imports(r *reader) error {
	in.done++
	in.close = -1
	in.functions = r.count()
	for i := range in.functions {
		module, field, kind := r.name(), r.name(), r.byte()
		if kind != 0 {
			return fmt.Errorf("%w: it imports %s.%s, which is not a function", ErrNotGo, module, field)
		}
		signature := r.number()
		switch {
		case module == wasi && field == yield:
			in.before = countdown(i)
		case module == wasi && field == "fd_close":
			in.close, in.closeType = i, signature
		}
	}
	if r.err == nil && in.before == nil {
		return fmt.Errorf("%w: it does not import %s.%s", ErrNotGo, wasi, yield)
	}
	return r.err
}

// types adds the type of the function that closes a descriptor, and counts the functions.
func (in *instrumentation) types(r *reader) ([]byte, error) {
	in.done++
	if in.close < 0 {
		return r.rest, nil
	}
	n := r.number()
	in.functions += n
	body := append(binary.AppendUvarint(nil, uint64(n+1)), r.rest...)
	return binary.AppendUvarint(body, uint64(in.closeType)), r.err
}

// countdown returns code that counts down and, at zero, calls a function.
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

// globals adds the countdown, a 64-bit variable with the initial value 1.
func (in *instrumentation) globals(r *reader) ([]byte, error) {
	in.done++
	if n := r.number(); r.err == nil && n != goRegisters {
		return nil, fmt.Errorf("%w: it has %d globals, not %d", ErrNotGo, n, goRegisters)
	}
	body := binary.AppendUvarint(nil, goRegisters+1)
	return append(append(body, r.rest...), 0x7e, 0x01, 0x42, 1, 0x0b), r.err
}

// exports makes the globals and the new function visible to the host.
func (in *instrumentation) exports(r *reader) ([]byte, error) {
	in.done++
	const function, global = 0, 3
	n := r.number() + goRegisters + 1
	if in.close >= 0 {
		n++
	}
	body := append(binary.AppendUvarint(nil, uint64(n)), r.rest...)
	for i := range goRegisters {
		body = append(appendSized(body, []byte(registerNamed(i))), global, byte(i))
	}
	body = append(appendSized(body, []byte(countdownExport)), global, goRegisters)
	if in.close < 0 {
		return body, r.err
	}
	body = append(appendSized(body, []byte(closeExport)), function)
	return binary.AppendUvarint(body, uint64(in.functions)), r.err
}

// code inserts the countdown after the local variable declarations of every function, and adds the new function, which
// has no countdown.
func (in *instrumentation) code(r *reader) ([]byte, error) {
	in.done++
	if in.done != sectionsChanged {
		return nil, fmt.Errorf("%w: a section is missing", ErrNotGo)
	}
	n := r.count()
	all := n
	if in.close >= 0 {
		all++
	}
	body := binary.AppendUvarint(make([]byte, 0, len(r.rest)*5/4), uint64(all))
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
	if in.close >= 0 {
		body = appendSized(body, closing(in.close))
	}
	return body, r.err
}

// closing returns a function that passes its only argument to another.
func closing(function int) []byte {
	code := []byte{
		0,       // local variables
		0x20, 0, // local.get
		0x10, // call function
	}
	return append(binary.AppendUvarint(code, uint64(function)), 0x0b) // end
}

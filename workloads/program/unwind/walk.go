package unwind

// memory reads words of a stack. It returns false where there is no stack.
type memory interface {
	word(addr uint64) (uint64, bool)
}

// code finds the file that an address of a process belongs to, and the address in it.
type code interface {
	module(pc uint64) (*module, uint64, bool)
}

// at is an address in a file.
type at struct {
	module *module
	addr   uint64 // of the call, not of the instruction after it
}

// maxCalls limits the calls of a stack.
const maxCalls = 128

// Reasons why a stack ends early.
const (
	noFile     = "there is code that belongs to no file"
	noFrames   = "there is code without call frame information"
	noRegister = "the frame of a function could not be found"
	noMemory   = "the stack could not be read"
	tooDeep    = "the stack is very deep"
)

// walk returns the calls on a stack, innermost first, and why it ends early, if it does.
func walk(pc, sp uint64, from code, mem memory) (calls []at, ends string) {
	w := walker{pc: pc, sp: sp, code: from, mem: mem}
	for len(calls) < maxCalls {
		m, addr, ok := w.code.module(w.pc)
		if !ok {
			return calls, noFile
		}
		if len(calls) > 0 {
			addr-- // a return address may be that of the next function
		}
		calls = append(calls, at{m, addr})
		if more, why := w.out(m, m.at(addr)); !more {
			return calls, why
		}
	}
	return calls, tooDeep
}

// walker is at a call on a stack.
type walker struct {
	pc, sp   uint64
	rbp      uint64
	rbpKnown bool
	code     code
	mem      memory
}

// out moves to the caller. It returns false at the end of the stack, with the reason unless it is the outermost call.
func (w *walker) out(m *module, r *rowAt) (more bool, why string) {
	if r.err != nil {
		return false, noFrames
	}
	if r.rip.how == undefined {
		return false, ""
	}
	cfa, ok := w.cfa(m, r)
	if !ok || r.rip.how != savedAt {
		return false, noRegister
	}
	pc, ok := w.mem.word(cfa + uint64(r.rip.off))
	if !ok || cfa <= w.sp {
		return false, noMemory
	}
	switch r.rbp.how {
	case savedAt:
		w.rbp, w.rbpKnown = w.mem.word(cfa + uint64(r.rbp.off))
	case unchanged:
	default:
		w.rbpKnown = false
	}
	w.pc, w.sp = pc, cfa
	return pc != 0, ""
}

// cfa returns the stack pointer before the call.
func (w *walker) cfa(m *module, r *rowAt) (uint64, bool) {
	switch {
	case !r.cfaKnown:
		return 0, false
	case r.cfaReg == regRSP:
		return w.sp + uint64(r.cfaOff), true
	case r.cfaReg != regRBP:
		return 0, false
	case w.rbpKnown:
		return w.rbp + uint64(r.cfaOff), true
	case r.cfaOff != 16 || r.rbp != (saved{savedAt, -16}):
		return 0, false
	}
	if cfa := w.sp + r.frame; r.frame > 0 && w.calls(cfa, m, r.start, likely) {
		return cfa, true
	}
	return w.search(m, r.start)
}

// sureness says how certain it must be that a return address belongs to a call of the given function.
type sureness uint8

const (
	likely  sureness = iota // by a call to it, or to somewhere unknown
	certain                 // by a call to it
)

// calls reports whether the word below a CFA is the return address of a call to a function.
func (w *walker) calls(cfa uint64, m *module, function uint64, how sureness) bool {
	ret, ok := w.mem.word(cfa - 8)
	if !ok {
		return false
	}
	in, addr, ok := w.code.module(ret)
	if !ok {
		return false
	}
	c := in.callBefore(addr)
	if c.direct && in == m && c.to == function {
		return true
	}
	return how == likely && (c.indirect || c.direct && in.inPLT(c.to))
}

// searchBytes is how much of a stack is searched for the frame of a function.
const searchBytes = 64 << 10

// search looks for the place on the stack where the frame of a function can end. It fails unless there is exactly one.
func (w *walker) search(m *module, function uint64) (found uint64, ok bool) {
	const alignment = 16
	for cfa := (w.sp + 16 + alignment - 1) &^ (alignment - 1); cfa <= w.sp+searchBytes; cfa += alignment {
		rbp, read := w.mem.word(cfa - 16)
		if !read {
			break
		}
		if rbp != 0 && rbp < cfa || !w.calls(cfa, m, function, certain) {
			continue
		}
		if ok {
			return 0, false
		}
		found, ok = cfa, true
	}
	return found, ok
}

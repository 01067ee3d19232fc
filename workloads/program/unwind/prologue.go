package unwind

import "encoding/binary"

// prologueBytes is how much of a function's code is examined.
const prologueBytes = 1 << 10

// prologue is what the beginning of a function does to the stack.
type prologue struct {
	size uint64 // bytes between the CFA and the stack pointer
	rbp  bool   // RBP points to its saved value, right below the return address
}

// readPrologue reads the code of a function from its beginning to its first call, or to the end of the given code. By then, a
// compiler has reserved the frame. It returns false if the size of the frame is not the sum of constants.
func readPrologue(code []byte) (p prologue, ok bool) {
	deepest := uint64(8) // the return address
	p.size = deepest
	for len(code) > 0 {
		i, ok := decode(code)
		if !ok {
			return p, false
		}
		code = code[i.bytes:]
		switch kind, n := i.effect(); kind {
		case moves:
			p.size += uint64(n)
		case pointsRBP:
			p.rbp = p.size == 16
		case calls:
			if p.rbp {
				return p, true
			}
		case leaves:
			p.size = deepest // what follows is reached by a jump from before the epilogue
		case loops, changes:
			return p, false
		case other:
		}
		deepest = max(deepest, p.size)
	}
	return p, true
}

// call is what the code says about a return address.
type call struct {
	direct   bool // it may follow a call of the function at to
	to       uint64
	indirect bool // it may follow a call through a pointer
}

// callBefore returns the call whose return address this is.
func (m *module) callBefore(ret uint64) call {
	if c, known := m.calls[ret]; known {
		return c
	}
	c := decodeCall(m.text(ret-callBytes, callBytes), ret)
	m.calls[ret] = c
	return c
}

// callBytes is the length of the longest call.
const callBytes = 7

// decodeCall looks for a call in the callBytes before an address.
func decodeCall(code []byte, ret uint64) (c call) {
	if len(code) < callBytes {
		return c
	}
	if n := len(code) - 5; code[n] == 0xe8 {
		c.direct, c.to = true, ret+uint64(int64(int32(binary.LittleEndian.Uint32(code[n+1:]))))
	}
	for n := range callBytes - 1 {
		if code[n] == 0xff && code[n+1]>>3&7 == 2 { // call *%reg, or call *memory
			c.indirect = true
		}
	}
	return c
}

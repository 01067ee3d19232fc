package unwind

// instruction is an instruction of amd64, as far as it matters here. It is decoded only as far as its length and its use of the
// stack need it (Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2, appendix A).
type instruction struct {
	bytes  int
	opcode uint16 // 0x0f00 is added for the second table
	rexW   bool
	modRM  bool
	mod    uint8
	reg    uint8 // with the bit of REX
	rm     uint8 // with the bit of REX; only meaningful if mod is 3
	value  int64 // the immediate operand or the offset of a jump
}

// Registers as instructions number them.
const (
	codeRSP = 4
	codeRBP = 5
	inRM    = 3 // a mod: the operand is the register in rm
)

// decode decodes the instruction at the beginning of the code. It returns false if it does not know it.
func decode(code []byte) (i instruction, ok bool) {
	r := &reader{b: code}
	d := decoder{reader: r}
	d.prefixes()
	operands := d.operation()
	if operands.modRM {
		d.operand()
	}
	if operands.testOnly && d.reg&7 > 1 {
		operands.immediate = 0
	}
	switch operands.immediate {
	case 1:
		d.value = int64(int8(r.u8()))
	case 2:
		d.value = int64(int16(r.u16()))
	case 4:
		d.value = int64(int32(r.u32()))
	default:
		r.skip(uint64(operands.immediate))
	}
	d.bytes = int(r.pos)
	return d.instruction, !r.bad && !operands.unknown
}

type decoder struct {
	*reader
	instruction
	short, shortAddress bool  // prefixes 0x66 and 0x67
	rex                 uint8 // 0 if there is none
}

// operands says what follows an opcode.
type operands struct {
	modRM     bool
	immediate int  // bytes
	testOnly  bool // there is an immediate only if the operation in reg is a test
	unknown   bool
}

func (d *decoder) prefixes() {
	for {
		if d.pos >= uint64(len(d.b)) {
			return
		}
		switch b := d.b[d.pos]; {
		case b == 0x66:
			d.short = true
		case b == 0x67:
			d.shortAddress = true
		case b == 0xf0, b == 0xf2, b == 0xf3, b == 0x2e, b == 0x36, b == 0x3e, b == 0x26, b == 0x64, b == 0x65:
		case b&0xf0 == 0x40:
			d.rex = b
			d.rexW = b&8 != 0
			d.pos++
			return
		default:
			return
		}
		d.pos++
	}
}

// word is the size of most immediate operands.
func (d *decoder) word() int {
	if d.short {
		return 2
	}
	return 4
}

func (d *decoder) operation() operands {
	op := d.u8()
	d.opcode = uint16(op)
	const vex2, vex3, evex = 0xc5, 0xc4, 0x62
	switch op {
	case 0x0f:
		return d.second()
	case vex2:
		d.skip(1)
		return d.table(1, d.u8())
	case vex3:
		table := d.u8() & 0x1f
		d.skip(1)
		return d.table(table, d.u8())
	case evex:
		table := d.u8() & 7
		d.skip(2)
		return d.table(table, d.u8())
	}
	return d.first(op)
}

// first is the table of one-byte opcodes.
func (d *decoder) first(op uint8) operands {
	switch {
	case op < 0x40:
		return [8]operands{{modRM: true}, {modRM: true}, {modRM: true}, {modRM: true}, {immediate: 1}, {immediate: d.word()}, {unknown: true}, {unknown: true}}[op&7]
	case op == 0x68, op == 0xa9:
		return operands{immediate: d.word()}
	case op == 0x69, op == 0x81, op == 0xc7:
		return operands{modRM: true, immediate: d.word()}
	case op == 0x6b, op == 0x80, op == 0x83, op == 0xc0, op == 0xc1, op == 0xc6:
		return operands{modRM: true, immediate: 1}
	case op == 0x6a, op&0xf0 == 0x70, op == 0xa8, op&0xf8 == 0xb0, op == 0xcd, op&0xf8 == 0xe0, op == 0xeb:
		return operands{immediate: 1}
	case op >= 0xa0 && op <= 0xa3:
		if d.shortAddress {
			return operands{immediate: 4}
		}
		return operands{immediate: 8}
	case op&0xf8 == 0xb8 && d.rexW:
		return operands{immediate: 8}
	case op&0xf8 == 0xb8:
		return operands{immediate: d.word()}
	case op == 0xc2, op == 0xca:
		return operands{immediate: 2}
	case op == 0xc8:
		return operands{immediate: 3}
	case op == 0xe8, op == 0xe9:
		return operands{immediate: 4}
	case op == 0xf6:
		return operands{modRM: true, immediate: 1, testOnly: true}
	case op == 0xf7:
		return operands{modRM: true, immediate: d.word(), testOnly: true}
	case op == 0x63, op >= 0x84 && op <= 0x8f, op >= 0xd0 && op <= 0xd3, op >= 0xd8 && op <= 0xdf, op >= 0xfe:
		return operands{modRM: true}
	case op == 0x60, op == 0x61, op == 0x82, op == 0x9a, op == 0xce, op >= 0xd4 && op <= 0xd6, op == 0xea:
		return operands{unknown: true}
	}
	return operands{}
}

// second reads an opcode after 0x0f.
func (d *decoder) second() operands {
	op := d.u8()
	switch op {
	case 0x38:
		return d.table(2, d.u8())
	case 0x3a:
		return d.table(3, d.u8())
	}
	return d.table(1, op)
}

// table has the opcodes of two and three bytes.
func (d *decoder) table(n, op uint8) operands {
	d.opcode = 0x0f00 | uint16(op)
	switch n {
	case 1:
	case 2:
		d.opcode = 0x3800
		return operands{modRM: true}
	case 3:
		d.opcode = 0x3a00
		return operands{modRM: true, immediate: 1}
	default:
		return operands{unknown: true}
	}
	switch {
	case op >= 0x05 && op <= 0x09, op == 0x0b, op >= 0x30 && op <= 0x37, op == 0x77, op >= 0xa0 && op <= 0xa2, op >= 0xa8 && op <= 0xaa, op&0xf8 == 0xc8:
		return operands{}
	case op&0xf0 == 0x80:
		return operands{immediate: 4}
	case op >= 0x70 && op <= 0x73, op == 0xa4, op == 0xac, op == 0xba, op == 0xc2, op >= 0xc4 && op <= 0xc6:
		return operands{modRM: true, immediate: 1}
	}
	return operands{modRM: true}
}

// operand reads a ModR/M byte and what belongs to it.
func (d *decoder) operand() {
	b := d.u8()
	d.modRM, d.mod, d.reg, d.rm = true, b>>6, b>>3&7|d.rex&4<<1, b&7
	low := d.rm
	d.rm |= d.rex & 1 << 3
	if d.mod == inRM {
		return
	}
	if low == 4 { // a SIB byte follows
		low = d.u8() & 7
	}
	switch {
	case d.mod == 0 && low == 5, d.mod == 2:
		d.skip(4)
	case d.mod == 1:
		d.skip(1)
	}
}

// kind is what an instruction does to the stack or to the order of execution.
type kind uint8

const (
	other     kind = iota
	moves          // the stack pointer moves down by n
	pointsRBP      // RBP becomes the stack pointer
	calls
	leaves  // a return or a jump
	loops   // a conditional jump back
	changes // the stack pointer changes in another way
)

// effect returns what an instruction does, and by how many bytes it moves the stack pointer down.
func (i *instruction) effect() (k kind, n int64) {
	const word = 8
	rsp := i.modRM && i.mod == inRM && i.rm == codeRSP
	group := i.reg & 7
	switch op := i.opcode; {
	case op >= 0x50 && op <= 0x57, op == 0x68, op == 0x6a, op == 0xff && group == 6:
		return moves, word
	case op >= 0x58 && op <= 0x5f, op == 0x8f:
		return moves, -word
	case (op == 0x81 || op == 0x83) && rsp:
		switch group {
		case 0:
			return moves, -i.value
		case 5:
			return moves, i.value
		case 7: // a comparison
			return other, 0
		}
		return changes, 0
	case op == 0x89 && i.mod == inRM && i.reg == codeRSP && i.rm == codeRBP, op == 0x8b && i.mod == inRM && i.reg == codeRBP && i.rm == codeRSP:
		return pointsRBP, 0
	case op == 0xe8, op == 0xff && group == 2:
		return calls, 0
	case op == 0xc3, op == 0xc2, op == 0xe9, op == 0xeb, op == 0xff && group == 4, op == 0xc9, op == 0x0f0b:
		return leaves, 0
	case (op&0xfff0 == 0x70 || op&0xfff0 == 0x0f80) && i.value < 0:
		return loops, 0
	case rsp && (op < 0x38 && op&7 <= 1 || op == 0x89 || op == 0x87), // operations on a register
		i.modRM && i.reg == codeRSP && (op < 0x38 && op&7 >= 2 && op&7 <= 3 || op == 0x8b || op == 0x8d || op == 0x63):
		return changes, 0
	}
	return other, 0
}

package unwind

// machine executes call frame instructions.
type machine struct {
	row
	initial row
	stack   []row
	cie     *cie
	loc     uint64
}

// Call frame instructions (DWARF 5, section 7.24). The first three have an operand in their low six bits.
const (
	opAdvance         = 0x40
	opOffset          = 0x80
	opRestore         = 0xc0
	opNop             = 0x00
	opSetLoc          = 0x01
	opAdvance1        = 0x02
	opAdvance2        = 0x03
	opAdvance4        = 0x04
	opOffsetExtended  = 0x05
	opRestoreExtended = 0x06
	opUndefined       = 0x07
	opSameValue       = 0x08
	opRegister        = 0x09
	opRememberState   = 0x0a
	opRestoreState    = 0x0b
	opDefCFA          = 0x0c
	opDefCFARegister  = 0x0d
	opDefCFAOffset    = 0x0e
	opDefCFAExpr      = 0x0f
	opExpression      = 0x10
	opOffsetExtendedS = 0x11
	opDefCFAS         = 0x12
	opDefCFAOffsetS   = 0x13
	opValOffset       = 0x14
	opValOffsetS      = 0x15
	opValExpression   = 0x16
	opArgsSize        = 0x2e
)

// maxRemembered limits the states that a program remembers at once.
const maxRemembered = 64

// run executes instructions up to an address. It reports whether it understood them.
func (m *machine) run(program []byte, addr uint64) bool {
	r := reader{b: program}
	for r.pos < uint64(len(program)) && m.loc <= addr {
		op := r.u8()
		low := uint64(op & 0x3f)
		switch op & 0xc0 {
		case opAdvance:
			m.advance(low)
			continue
		case opOffset:
			m.set(low, saved{savedAt, int64(r.uleb()) * m.cie.dataAlign})
			continue
		case opRestore:
			m.restore(low)
			continue
		}
		if !m.step(op, &r) {
			return false
		}
	}
	return !r.bad
}

// step executes an instruction whose operands follow it.
func (m *machine) step(op uint8, r *reader) bool {
	switch op {
	case opNop:
	case opSetLoc:
		m.loc = r.pointer(m.cie.addresses, 0)
		return m.cie.addresses == 0 // relative addresses are never used here
	case opAdvance1:
		m.advance(uint64(r.u8()))
	case opAdvance2:
		m.advance(uint64(r.u16()))
	case opAdvance4:
		m.advance(uint64(r.u32()))
	case opRememberState:
		if len(m.stack) == maxRemembered {
			return false
		}
		m.stack = append(m.stack, m.row)
	case opRestoreState:
		if len(m.stack) == 0 {
			return false
		}
		m.row = m.stack[len(m.stack)-1]
		m.stack = m.stack[:len(m.stack)-1]
	case opArgsSize:
		r.uleb()
	default:
		return (m.register(op, r) || m.address(op, r)) && !r.bad
	}
	return !r.bad
}

// register executes an instruction that says where a register is. It returns false if the instruction does something else.
func (m *machine) register(op uint8, r *reader) bool {
	align := m.cie.dataAlign
	switch op {
	case opOffsetExtended:
		m.set(r.uleb(), saved{savedAt, int64(r.uleb()) * align})
	case opOffsetExtendedS:
		m.set(r.uleb(), saved{savedAt, r.sleb() * align})
	case opRestoreExtended:
		m.restore(r.uleb())
	case opUndefined:
		m.set(r.uleb(), saved{how: undefined})
	case opSameValue:
		m.set(r.uleb(), saved{how: unchanged})
	case opRegister, opValOffset:
		m.set(r.uleb(), saved{how: elsewhere})
		r.uleb()
	case opValOffsetS:
		m.set(r.uleb(), saved{how: elsewhere})
		r.sleb()
	case opExpression, opValExpression:
		m.set(r.uleb(), saved{how: elsewhere})
		r.skip(r.uleb())
	default:
		return false
	}
	return true
}

// address executes an instruction that defines the CFA. It returns false if the instruction does something else.
func (m *machine) address(op uint8, r *reader) bool {
	align := m.cie.dataAlign
	switch op {
	case opDefCFA:
		m.cfaReg, m.cfaOff, m.cfaKnown = r.uleb(), int64(r.uleb()), true
	case opDefCFAS:
		m.cfaReg, m.cfaOff, m.cfaKnown = r.uleb(), r.sleb()*align, true
	case opDefCFARegister:
		m.cfaReg = r.uleb()
	case opDefCFAOffset:
		m.cfaOff = int64(r.uleb())
	case opDefCFAOffsetS:
		m.cfaOff = r.sleb() * align
	case opDefCFAExpr:
		m.cfaKnown = false
		r.skip(r.uleb())
	default:
		return false
	}
	return true
}

func (m *machine) advance(by uint64) { m.loc += by * m.cie.codeAlign }

func (m *machine) set(reg uint64, s saved) {
	switch reg {
	case regRBP:
		m.rbp = s
	case regRIP:
		m.rip = s
	}
}

func (m *machine) restore(reg uint64) {
	switch reg {
	case regRBP:
		m.rbp = m.initial.rbp
	case regRIP:
		m.rip = m.initial.rip
	}
}

package unwind

import "encoding/binary"

// reader reads little-endian data. Once it has read beyond the end, it is bad and reads zeros.
type reader struct {
	b   []byte
	pos uint64
	bad bool
}

func (r *reader) take(n uint64) []byte {
	if r.bad || n > uint64(len(r.b)) || r.pos > uint64(len(r.b))-n {
		r.bad = true
		return make([]byte, min(n, 8))
	}
	r.pos += n
	return r.b[r.pos-n : r.pos]
}

func (r *reader) skip(n uint64) {
	if r.bad || n > uint64(len(r.b)) || r.pos > uint64(len(r.b))-n {
		r.bad = true
		return
	}
	r.pos += n
}

func (r *reader) rest() []byte {
	if r.bad || r.pos > uint64(len(r.b)) {
		r.bad = true
		return nil
	}
	return r.b[r.pos:]
}

func (r *reader) u8() uint8   { return r.take(1)[0] }
func (r *reader) u16() uint16 { return binary.LittleEndian.Uint16(r.take(2)) }
func (r *reader) u32() uint32 { return binary.LittleEndian.Uint32(r.take(4)) }
func (r *reader) u64() uint64 { return binary.LittleEndian.Uint64(r.take(8)) }

// leb reads a number in LEB128, and returns the number of bits that it has.
func (r *reader) leb() (n uint64, bits uint, last uint8) {
	for {
		b := r.u8()
		if bits < 64 {
			n |= uint64(b&0x7f) << bits
		}
		bits += 7
		if b&0x80 == 0 || r.bad {
			return n, bits, b
		}
	}
}

func (r *reader) uleb() uint64 {
	n, _, _ := r.leb()
	return n
}

func (r *reader) sleb() int64 {
	n, bits, last := r.leb()
	if bits < 64 && last&0x40 != 0 {
		n |= ^uint64(0) << bits
	}
	return int64(n)
}

// text reads a string that ends with a zero byte.
func (r *reader) text() string {
	from := r.pos
	for r.u8() != 0 && !r.bad {
	}
	if r.bad {
		return ""
	}
	return string(r.b[from : r.pos-1])
}

// pointer reads an address in an encoding of .eh_frame (LSB 5.0, section 10.5). at is the address of the section.
func (r *reader) pointer(encoding uint8, at uint64) uint64 {
	here, n := at+r.pos, uint64(0)
	switch encoding & 0x0f {
	case 0x00, 0x04, 0x0c:
		n = r.u64()
	case 0x01:
		n = r.uleb()
	case 0x02:
		n = uint64(r.u16())
	case 0x03:
		n = uint64(r.u32())
	case 0x09:
		n = uint64(r.sleb())
	case 0x0a:
		n = uint64(int64(int16(r.u16())))
	case 0x0b:
		n = uint64(int64(int32(r.u32())))
	default:
		r.bad = true
	}
	switch encoding & 0xf0 {
	case 0x00, 0x80: // 0x80 is a pointer to the address; only personality routines, which do not matter here, use it
	case 0x10, 0x90:
		n += here
	default:
		r.bad = true
	}
	return n
}

package wal

// A Gap is a part of a file that cannot be read as records.
type Gap struct {
	From, To int64
	Tail     bool // nothing follows: a torn tail, or damage at the end
}

// Salvage visits every whole record of a damaged file, including those after the damage, and returns the gaps between
// them. off is where a record begins. The record is valid only during the call.
func Salvage(data []byte, num uint64, visit func(off int64, record []byte)) []Gap {
	s := salvager{data: data, num: num, visit: visit}
	for s.off < int64(len(data)) {
		if left := room(s.off); left <= headerBytes {
			s.off += int64(left)
			continue
		}
		c, ok := parseChunk(data, num, s.off)
		if !ok {
			s.skip()
			continue
		}
		at := s.off
		s.off += int64(headerBytes + len(c.payload))
		s.take(at, c)
	}
	if s.open {
		s.lose(s.begin, int64(len(data)), true)
	}
	return s.gaps
}

type salvager struct {
	data  []byte
	num   uint64
	visit func(off int64, record []byte)
	gaps  []Gap

	off    int64
	begin  int64 // offset of the record whose first chunks are in record
	open   bool
	record []byte
}

// take adds a chunk to the open record. A chunk that does not fit ends that record, which is lost.
func (s *salvager) take(at int64, c chunk) {
	if c.kind == mark || c.kind == begin {
		return
	}
	continues := c.kind == middle || c.kind == last
	if s.open && !continues {
		s.lose(s.begin, at, false)
	}
	if !s.open && continues {
		s.lose(at, s.off, false)
		return
	}
	if !continues {
		s.begin, s.open, s.record = at, true, s.record[:0]
	}
	s.record = append(s.record, c.payload...)
	if c.kind == full || c.kind == last {
		s.open = false
		s.visit(s.begin, s.record)
	}
}

// skip continues at the next chunk.
func (s *salvager) skip() {
	from := s.off
	if s.open {
		from, s.open = s.begin, false
	}
	for at := s.off + 1; at+headerBytes <= int64(len(s.data)); at++ {
		if _, ok := parseChunk(s.data, s.num, at); ok {
			s.lose(from, at, false)
			s.off = at
			return
		}
	}
	s.off = int64(len(s.data))
	s.lose(from, s.off, true)
}

// lose records a gap, merging it with an adjacent gap before it.
func (s *salvager) lose(from, to int64, tail bool) {
	s.open = false
	if n := len(s.gaps); n > 0 && s.gaps[n-1].To == from {
		s.gaps[n-1].To, s.gaps[n-1].Tail = to, tail
		return
	}
	s.gaps = append(s.gaps, Gap{from, to, tail})
}

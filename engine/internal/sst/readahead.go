package sst

import "github.com/lightningdb/lightning-torture/engine/internal/compress"

// aheadBytesMin is the length of a scan's first run, unless the limit is lower.
const aheadBytesMin = 16 << 10

// A readAhead reads runs of adjacent blocks with one ReadAt into one buffer, and decompresses them one at a time into
// another. Each run of a scan is twice as long as the previous one.
type readAhead struct {
	r          *Reader
	buf        []byte
	plain      []byte // the block requested last, decompressed, if it is compressed in buf
	low, high  int    // the blocks in buf: low <= i < high
	nextBudget uint64
}

// restart makes the next run short again. What is in the buffer stays usable.
func (a *readAhead) restart() { a.nextBudget = 0 }

// forward returns the payload of block i, reading blocks after it as well. The payload is valid until the next call.
func (a *readAhead) forward(i int) ([]byte, error) {
	return a.get(i, func(budget uint64) (low, high int) {
		high = i + 1
		for high < len(a.r.index) && a.span(i, high+1) <= budget {
			high++
		}
		return i, high
	})
}

// backward is forward for a scan that moves backward.
func (a *readAhead) backward(i int) ([]byte, error) {
	return a.get(i, func(budget uint64) (low, high int) {
		low = i
		for low > 0 && a.span(low-1, i+1) <= budget {
			low--
		}
		return low, i + 1
	})
}

// span returns the length in the file of the blocks low <= i < high.
func (a *readAhead) span(low, high int) uint64 {
	return a.r.index[high-1].handle.end() - a.r.index[low].handle.offset
}

func (a *readAhead) get(i int, run func(budget uint64) (low, high int)) ([]byte, error) {
	if a.r.whole != nil {
		return a.r.block(i)
	}
	if i < a.low || i >= a.high {
		most := uint64(a.r.o.ReadAheadBytes)
		budget := min(max(a.nextBudget, aheadBytesMin), most)
		a.nextBudget = min(2*budget, most)
		low, high := run(budget)
		a.low, a.high = 0, 0
		buf, err := a.r.read(a.buf, a.r.index[low].handle.offset, a.span(low, high))
		if err != nil {
			return nil, err
		}
		a.buf, a.low, a.high = buf, low, high
	}
	h, base := a.r.index[i].handle, a.r.index[a.low].handle.offset
	raw := a.buf[h.offset-base : h.end()-base]
	payload, err := unsealInto(a.plain, a.r.o.Name, raw, h)
	if err == nil && compress.Compression(raw[h.length]) != compress.None && cap(payload) > cap(a.plain) {
		a.plain = payload
	}
	return payload, err
}

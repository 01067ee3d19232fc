package sst

import "github.com/lightningdb/lightning-torture/engine/internal/compress"

// aheadBytesMin is what the first run of a scan has, if it may have as much.
const aheadBytesMin = 16 << 10

// A readAhead reads runs of neighbouring blocks with one ReadAt, into one buffer, and decompresses them one at a time
// into another. Each run of a scan is twice as long as the one before it.
type readAhead struct {
	r          *Reader
	buf        []byte
	plain      []byte // the block that was asked for last, if it is compressed in buf
	low, high  int    // the blocks in buf: low <= i < high
	nextBudget uint64
}

// restart makes the next run short again; what is in the buffer stays of use.
func (a *readAhead) restart() { a.nextBudget = 0 }

// forward returns the payload of block i, and reads blocks after it as well. The payload is valid until the next call.
func (a *readAhead) forward(i int) ([]byte, error) {
	return a.get(i, func(budget uint64) (low, high int) {
		high = i + 1
		for high < len(a.r.index) && a.span(i, high+1) <= budget {
			high++
		}
		return i, high
	})
}

// backward is forward for a scan that comes from above.
func (a *readAhead) backward(i int) ([]byte, error) {
	return a.get(i, func(budget uint64) (low, high int) {
		low = i
		for low > 0 && a.span(low-1, i+1) <= budget {
			low--
		}
		return low, i + 1
	})
}

// span returns the bytes that the blocks low <= i < high take in the file.
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

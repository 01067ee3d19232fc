package disk

import (
	"fmt"
	"hash/maphash"
	"io"
	"slices"
)

const (
	// PageBytes is the size of a page: the unit in which contents share bytes, and the size of a filesystem's blocks.
	PageBytes = 4096
	// SectorBytes is the size of a sector of the disk, unless a device says otherwise.
	SectorBytes = 512
)

// page is a piece of a file. Only the content that owns it may change it. The bytes are a separate allocation, so that
// they fill their size class exactly and the garbage collector need not scan them.
type page struct {
	owner *Content
	b     *[PageBytes]byte // nil: the page was never written
}

// Content is the bytes of a file: pages, shared with other contents until written. A page without bytes reads as zeros,
// and so does everything beyond size in the last page.
type Content struct {
	size     int64
	pages    []page
	borrowed bool // pages belongs to another content and must be copied before the first change

	below      io.ReaderAt // what pages without bytes read before belowBytes; nil: there is none
	belowBytes int64
}

// Below returns a content that begins with the first bytes of another file, which must not change. They are read from there whenever
// they are needed, so they take no memory. A read that fails is a panic.
func Below(r io.ReaderAt, size int64) *Content {
	return &Content{size: size, below: r, belowBytes: size}
}

// Size returns the size in bytes.
func (c *Content) Size() int64 { return c.size }

// Fork returns a content with the same bytes. The receiver must not be changed afterwards.
func (c *Content) Fork() *Content {
	return &Content{size: c.size, pages: c.pages, borrowed: true, below: c.below, belowBytes: c.belowBytes}
}

// ReadAt copies bytes from off into b and returns how many there were.
func (c *Content) ReadAt(b []byte, off int64) int {
	if off >= c.size {
		return 0
	}
	b = b[:min(int64(len(b)), c.size-off)]
	for done := 0; done < len(b); {
		i, in := pageOf(off + int64(done))
		n := min(len(b)-done, PageBytes-in)
		if c.has(i) {
			copy(b[done:done+n], c.pages[i].b[in:])
		} else {
			for i++; done+n < len(b) && !c.has(i); i++ {
				n = min(len(b), done+n+PageBytes) - done
			}
			c.readBelow(b[done:done+n], off+int64(done))
		}
		done += n
	}
	return len(b)
}

// has reports whether page i has bytes of its own.
func (c *Content) has(i int) bool { return i < len(c.pages) && c.pages[i].b != nil }

// readBelow copies what pages without bytes read from off into b.
func (c *Content) readBelow(b []byte, off int64) {
	n := max(0, min(int64(len(b)), c.belowBytes-off))
	clear(b[n:])
	if n == 0 {
		return
	}
	if _, err := c.below.ReadAt(b[:n], off); err != nil {
		panic(fmt.Errorf("disk: read the file below: %w", err))
	}
}

// WriteAt stores b at off and grows the content as needed.
func (c *Content) WriteAt(b []byte, off int64) {
	if len(b) == 0 {
		return // the size does not change either
	}
	c.size = max(c.size, off+int64(len(b)))
	for len(b) > 0 {
		i, in := pageOf(off)
		n := copy(c.writable(i)[in:], b)
		b, off = b[n:], off+int64(n)
	}
}

// SetSize truncates the content, or extends it with zeros.
func (c *Content) SetSize(size int64) {
	if size < c.size {
		last, in := pageOf(size)
		if in != 0 && last < len(c.pages) && c.pages[last].b != nil {
			clear(c.writable(last)[in:])
		}
		if in != 0 {
			last++
		}
		c.pages = c.pages[:min(last, len(c.pages))]
		c.belowBytes = min(c.belowBytes, size)
	}
	c.size = size
}

// writable returns the bytes of page i, owned by this content.
func (c *Content) writable(i int) *[PageBytes]byte {
	switch had := len(c.pages); {
	case c.borrowed || i >= cap(c.pages):
		n := max(i+1, had)
		pages := make([]page, n, n+n/4+1)
		copy(pages, c.pages)
		c.pages, c.borrowed = pages, false
	case i >= had:
		c.pages = c.pages[:i+1]
		clear(c.pages[had:]) // SetSize may leave pages beyond the end
	}
	p := &c.pages[i]
	switch {
	case p.b == nil:
		p.b = new([PageBytes]byte)
		c.readBelow(p.b[:], int64(i)*PageBytes)
	case p.owner != c:
		p.b = (*[PageBytes]byte)(slices.Clone(p.b[:])) // other images see the shared bytes
	}
	p.owner = c
	return p.b
}

func pageOf(off int64) (index, within int) { return int(off / PageBytes), int(off % PageBytes) }

// Hole reports whether the page at an offset was never written, so that it takes no space.
func (c *Content) Hole(off int64) bool {
	i, in := pageOf(off)
	return !c.has(i) && off-int64(in) >= c.belowBytes
}

// Allocate makes the page at an offset take space, without changing what is read.
func (c *Content) Allocate(off int64) {
	i, _ := pageOf(off)
	c.writable(i)
}

// Pages returns the number of pages that take space.
func (c *Content) Pages() (n int64) {
	for i := range c.count() {
		if !c.Hole(int64(i) * PageBytes) {
			n++
		}
	}
	return n
}

// count returns the number of pages, without holes at the end.
func (c *Content) count() int {
	return max(len(c.pages), int((c.belowBytes+PageBytes-1)/PageBytes))
}

// Hash hashes size and bytes. A nil content hashes like an empty one. A page that was never written and one that was
// written with zeros read the same, but may have different hashes.
func (c *Content) Hash(seed maphash.Seed) uint64 {
	if c == nil {
		c = &Content{}
	}
	var h maphash.Hash
	h.SetSeed(seed)
	maphash.WriteComparable(&h, c.size)
	var below [PageBytes]byte
	for i := range c.count() {
		b := below[:]
		switch {
		case c.has(i):
			b = c.pages[i].b[:]
		case c.Hole(int64(i) * PageBytes):
			continue
		default:
			c.readBelow(b, int64(i)*PageBytes)
		}
		maphash.WriteComparable(&h, i)
		_, _ = h.Write(b) // never fails
	}
	return h.Sum64()
}

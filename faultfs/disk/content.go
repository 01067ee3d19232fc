package disk

import (
	"hash/maphash"
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
}

// Size returns the size in bytes.
func (c *Content) Size() int64 { return c.size }

// Fork returns a content with the same bytes. The receiver must not be changed afterwards.
func (c *Content) Fork() *Content {
	return &Content{size: c.size, pages: c.pages, borrowed: true}
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
		if i < len(c.pages) && c.pages[i].b != nil {
			copy(b[done:done+n], c.pages[i].b[in:])
		} else {
			clear(b[done : done+n])
		}
		done += n
	}
	return len(b)
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
	case p.owner != c:
		p.b = (*[PageBytes]byte)(slices.Clone(p.b[:])) // other images see the shared bytes
	}
	p.owner = c
	return p.b
}

func pageOf(off int64) (index, within int) { return int(off / PageBytes), int(off % PageBytes) }

// Hole reports whether the page at an offset was never written, so that it takes no space.
func (c *Content) Hole(off int64) bool {
	i, _ := pageOf(off)
	return i >= len(c.pages) || c.pages[i].b == nil
}

// Allocate makes the page at an offset take space, without changing what is read.
func (c *Content) Allocate(off int64) {
	i, _ := pageOf(off)
	c.writable(i)
}

// Pages returns the number of pages that take space.
func (c *Content) Pages() (n int64) {
	for _, p := range c.pages {
		if p.b != nil {
			n++
		}
	}
	return n
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
	for i, p := range c.pages {
		if p.b != nil {
			maphash.WriteComparable(&h, i)
			_, _ = h.Write(p.b[:]) // never fails
		}
	}
	return h.Sum64()
}

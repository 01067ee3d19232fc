package faultfs

const (
	pageBytes   = 4096    // what is shared between a disk and its images
	sectorBytes = 512     // what a power cut keeps or loses as one
	maxBytes    = 1 << 36 // of one file; more gives EFBIG, as on a disk, and not a host without memory
)

// page is a piece of a file. Only the content that owns it may change it.
type page struct {
	owner *content
	b     [pageBytes]byte
}

// content is the bytes of a file: pages, shared with other contents until written. A nil page reads as zeros, and so
// does everything past size in the last page.
type content struct {
	size     int64
	pages    []*page
	borrowed bool // pages is another content's slice: copy it before the first change
}

// fork returns a content with the same bytes. The receiver must not be changed from now on.
func (c *content) fork() *content {
	return &content{size: c.size, pages: c.pages, borrowed: true}
}

// readAt copies bytes from off on into b and returns how many there were.
func (c *content) readAt(b []byte, off int64) int {
	if off >= c.size {
		return 0
	}
	b = b[:min(int64(len(b)), c.size-off)]
	for done := 0; done < len(b); {
		i, in := pageOf(off + int64(done))
		n := min(len(b)-done, pageBytes-in)
		if i < len(c.pages) && c.pages[i] != nil {
			copy(b[done:done+n], c.pages[i].b[in:])
		} else {
			clear(b[done : done+n])
		}
		done += n
	}
	return len(b)
}

// writeAt stores b at off and grows the content as needed.
func (c *content) writeAt(b []byte, off int64) {
	if len(b) == 0 {
		return // not even the size changes
	}
	c.size = max(c.size, off+int64(len(b)))
	for len(b) > 0 {
		i, in := pageOf(off)
		n := copy(c.writable(i).b[in:], b)
		b, off = b[n:], off+int64(n)
	}
}

// setSize cuts the content, or extends it with zeros.
func (c *content) setSize(size int64) {
	if size < c.size {
		last, in := pageOf(size)
		if in != 0 && last < len(c.pages) && c.pages[last] != nil {
			clear(c.writable(last).b[in:])
		}
		if in != 0 {
			last++
		}
		c.pages = c.pages[:min(last, len(c.pages))]
	}
	c.size = size
}

// writable returns page i, made the content's own.
func (c *content) writable(i int) *page {
	switch had := len(c.pages); {
	case c.borrowed || i >= cap(c.pages):
		n := max(i+1, had)
		pages := make([]*page, n, n+n/4+1)
		copy(pages, c.pages)
		c.pages, c.borrowed = pages, false
	case i >= had:
		c.pages = c.pages[:i+1]
		clear(c.pages[had:]) // setSize leaves pages behind the end
	}
	p := c.pages[i]
	switch {
	case p == nil:
		p = &page{owner: c}
	case p.owner != c:
		own := *p
		own.owner = c // not the shared page's: other images look at it
		p = &own
	}
	c.pages[i] = p
	return p
}

func pageOf(off int64) (index, within int) { return int(off / pageBytes), int(off % pageBytes) }

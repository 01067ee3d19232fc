package blocklog

import (
	"hash/maphash"
	"io"
	"slices"
)

// PageBytes is the unit in which disks share their bytes.
const PageBytes = 4096

type page = [PageBytes]byte

// Disk is the content of a block device. It is sparse: it has its own pages on top of another disk, which must not
// change while this one is in use.
type Disk struct {
	under *Disk // nil: what was never written is garbage
	pages map[int64]*page
}

// garbage is the content of a page that was never written, as on a disk that was used for something else before. It
// shows if a filesystem exposes a block that it has not written.
var garbage = func() *page {
	p := new(page)
	for i := range p {
		p[i] = 0xd5
	}
	return p
}()

// NewDisk returns a disk on top of another one. nil stands for a disk full of garbage.
func NewDisk(under *Disk) *Disk { return &Disk{under: under, pages: map[int64]*page{}} }

// Fork returns a copy of the disk that shares its pages. Both may change afterwards.
func (d *Disk) Fork() *Disk {
	if len(d.pages) > 0 {
		d.under, d.pages = &Disk{under: d.under, pages: d.pages}, map[int64]*page{}
	}
	return NewDisk(d.under)
}

// Do carries out a request. A Flush changes nothing.
func (d *Disk) Do(op Op) {
	switch op.Kind {
	case Write:
		d.each(op.Off, op.Len, func(p *page, in, at, n int64) { copy(p[in:in+n], op.Data[at:at+n]) })
	case Punch:
		d.each(op.Off, op.Len, func(p *page, in, _, n int64) { clear(p[in : in+n]) })
	case Flush:
	}
}

// each calls f for the part of each page covered by a byte range: n bytes from offset in of the page, which are at
// offset at of the range.
func (d *Disk) each(off, length int64, f func(p *page, in, at, n int64)) {
	for at := int64(0); at < length; {
		nr, in := (off+at)/PageBytes, (off+at)%PageBytes
		n := min(PageBytes-in, length-at)
		f(d.own(nr), in, at, n)
		at += n
	}
}

// own returns a page that belongs to this disk alone.
func (d *Disk) own(nr int64) *page {
	p := d.pages[nr]
	if p == nil {
		p = new(page)
		*p = *d.page(nr)
		d.pages[nr] = p
	}
	return p
}

// page returns a page for reading.
func (d *Disk) page(nr int64) *page {
	for ; d != nil; d = d.under {
		if p := d.pages[nr]; p != nil {
			return p
		}
	}
	return garbage
}

// Read fills b with the bytes from off on.
func (d *Disk) Read(b []byte, off int64) {
	for len(b) > 0 {
		nr, in := off/PageBytes, off%PageBytes
		n := min(int(PageBytes-in), len(b))
		copy(b[:n], d.page(nr)[in:])
		b, off = b[n:], off+int64(n)
	}
}

// Pages returns, by number, the pages that were ever written to the disk. A page of zeros is nil.
func (d *Disk) Pages() map[int64][]byte {
	all := map[int64][]byte{}
	for below := d; below != nil; below = below.under {
		for nr := range below.pages {
			if _, known := all[nr]; known {
				continue
			}
			all[nr] = nil
			if p := d.page(nr); *p != (page{}) {
				all[nr] = p[:]
			}
		}
	}
	return all
}

// NewDiskOf returns a disk with the given pages, which it copies. The rest is garbage.
func NewDiskOf(pages map[int64][]byte) *Disk {
	d := NewDisk(nil)
	for nr, content := range pages {
		p := new(page)
		copy(p[:], content)
		d.pages[nr] = p
	}
	return d
}

// Save writes everything that was ever written to the disk to a file, which can then be sparse.
func (d *Disk) Save(w io.WriterAt) error {
	written := map[int64]bool{}
	for below := d; below != nil; below = below.under {
		for nr := range below.pages {
			written[nr] = true
		}
	}
	for _, nr := range sorted(written) {
		if _, err := w.WriteAt(d.page(nr)[:], nr*PageBytes); err != nil {
			return err
		}
	}
	return nil
}

func sorted[V any](m map[int64]V) []int64 {
	nrs := make([]int64, 0, len(m))
	for nr := range m {
		nrs = append(nrs, nr)
	}
	slices.Sort(nrs)
	return nrs
}

// Hash returns equal numbers for two disks on top of the same disk if their bytes are equal, and almost certainly
// different numbers otherwise. Pages equal to those below do not count.
func (d *Disk) Hash(seed maphash.Seed) uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	for _, nr := range sorted(d.pages) {
		if p := d.pages[nr]; *p != *d.under.page(nr) {
			maphash.WriteComparable(&h, nr)
			_, _ = h.Write(p[:]) // never fails
		}
	}
	return h.Sum64()
}

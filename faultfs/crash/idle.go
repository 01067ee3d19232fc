package crash

import (
	"bytes"

	"github.com/lightningdb/lightning-torture/faultfs/disk"
)

// dropIdle removes from the index the data ops of sectors in which no pending op changes a byte. The image is the same
// whether they are kept or lost, so there is no need to ask. These ops stay undecided, and are dropped when the image
// itself is crashed (see settle). Sectors that a truncation may free are left alone.
func (x *pendingIndex) dropIdle(ops []*pendingOp, d *disk.Disk) {
	buf := make([]byte, x.unit)
	x.idle = make([]bool, len(ops))
	for ino, f := range x.files {
		if f.cuts || len(f.sectors) == 0 {
			continue
		}
		content := d.Content(ino)
		idle := func(s sectorOp) bool {
			p := ops[s.op]
			if p.stale || p.off < s.sector*f.unit || p.end() > (s.sector+1)*f.unit {
				return false
			}
			b := buf[:len(p.data)]
			clear(b) // beyond the end of the file
			if content != nil {
				content.ReadAt(b, p.off)
			}
			return bytes.Equal(b, p.data)
		}
		f.leaveOut(x.idle, idle)
	}
}

// leaveOut removes the sectors all of whose ops are idle, and records those ops in gone.
func (f *pendingFile) leaveOut(gone []bool, idle func(sectorOp) bool) {
	rest := make([]sectorOp, 0, len(f.sectors))
	for k := 0; k < len(f.sectors); {
		end, all := k, true
		for ; end < len(f.sectors) && f.sectors[end].sector == f.sectors[k].sector; end++ {
			all = all && idle(f.sectors[end])
		}
		for ; k < end; k++ {
			if all {
				gone[f.sectors[k].op] = true
			} else {
				rest = append(rest, f.sectors[k])
			}
		}
	}
	if len(rest) == len(f.sectors) {
		return
	}
	f.sectors = rest
	left := make([]int, 0, len(f.ops))
	for _, i := range f.ops {
		if !gone[i] {
			left = append(left, i)
		}
	}
	f.ops = left
}

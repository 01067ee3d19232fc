package kernel

import (
	"bytes"
	"hash/maphash"

	"github.com/lightningdb/lightning-torture/faultfs/blockdev/blocklog"
)

// owners tells which file the bytes of a write belong to. It compares the bytes of pages, because each filesystem records
// in its own way where they are. Pages of zeros are not compared, and of several equal pages the last one seen counts.
type owners struct {
	seed  maphash.Seed
	pages map[uint64]Owner
}

func newOwners() *owners { return &owners{seed: maphash.MakeSeed(), pages: map[uint64]Owner{}} }

// see notes where a page is.
func (o *owners) see(path string, off int64, page []byte) {
	if len(bytes.Trim(page, "\x00")) > 0 {
		o.pages[maphash.Bytes(o.seed, page)] = Owner{Path: path, Off: off}
	}
}

// of returns the owners of the pages of all writes of a log.
func (o *owners) of(log blocklog.Log) (all []Owner) {
	for i, op := range log {
		for at := int64(0); op.Kind == blocklog.Write && at+blocklog.PageBytes <= op.Len; at += blocklog.PageBytes {
			if owner, known := o.pages[maphash.Bytes(o.seed, op.Data[at:at+blocklog.PageBytes])]; known {
				owner.Request, owner.At = i, at
				all = append(all, owner)
			}
		}
	}
	return all
}

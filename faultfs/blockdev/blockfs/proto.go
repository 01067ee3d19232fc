package blockfs

import (
	"bytes"

	"github.com/lightningdb/lightning-torture/faultfs/blockdev/blocklog"
)

// ForkArgs are the arguments of Service.Fork.
type ForkArgs struct{ From, To string }

// CutArgs are the arguments of Service.Cut.
type CutArgs struct {
	From, To string
	State    blocklog.State
}

// Content is a disk and what it recorded.
type Content struct {
	Before map[int64][]byte // pages before the first request in the log; nil stands for zeros
	Log    blocklog.Log
}

// LoadArgs are the arguments of Service.Load.
type LoadArgs struct {
	To      string
	Content Content
}

// AdoptArgs are the arguments of Service.Adopt.
type AdoptArgs struct {
	Disk string
	Log  blocklog.Log
}

// SaveArgs are the arguments of Service.Save.
type SaveArgs struct{ Disk, File string }

// FailArgs are the arguments of Service.Fail.
type FailArgs struct {
	Disk   string
	Writes Failure
}

// RulesArgs are the arguments of Service.SetRules.
type RulesArgs struct {
	Disk  string
	Rules []string
}

// Failure says which writes of a disk fail with EIO.
type Failure struct {
	Content  []byte // writes with a sector that begins like one of the sectors of this content
	From, To int64  // and that begin in this byte range; To 0 means the end of the disk
	Times    int    // how many of them fail; 0 means none
}

// prefixBytes is how much of a sector is compared to tell which file it belongs to.
const prefixBytes = 8

func (f Failure) hits(op blocklog.Op) bool {
	if f.Times == 0 || op.Off < f.From || f.To > 0 && op.Off >= f.To {
		return false
	}
	for at := 0; at < len(f.Content); at += blocklog.SectorBytes {
		if begins(op.Data, f.Content[at:min(at+prefixBytes, len(f.Content))]) {
			return true
		}
	}
	return false
}

// begins reports whether some sector of data begins with a prefix.
func begins(data, prefix []byte) bool {
	for at := 0; at < len(data); at += blocklog.SectorBytes {
		if bytes.HasPrefix(data[at:], prefix) {
			return true
		}
	}
	return false
}

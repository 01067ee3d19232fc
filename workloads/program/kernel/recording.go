package kernel

import (
	"encoding/json"
	"fmt"
	"sort"

	"github.com/lightningdb/lightning-torture/faultfs/blockdev/blockfs"
	"github.com/lightningdb/lightning-torture/faultfs/blockdev/blocklog"
	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/program/lrec"
	"github.com/lightningdb/lightning-torture/workloads/torture/evidence"
)

// Recording is a run of a program on a filesystem of the kernel. Its trace is empty; Blocks has the requests to the disk.
type Recording struct {
	*program.Recording
	Blocks Blocks
}

// Blocks is what a disk has recorded.
type Blocks struct {
	Filesystem string          `json:"filesystem"` // such as "ext4"
	Options    string          `json:"options"`    // mount options
	Kernel     string          `json:"kernel"`     // the release of the kernel
	DiskBytes  int64           `json:"disk_bytes"`
	Content    blockfs.Content `json:"content"`
	// Given says for each acknowledgement how many requests the disk had accepted when it was given.
	Given []int `json:"given"`
	// Owners says which part of which file a page of a write holds, as far as that is known, by request and offset in it.
	Owners []Owner `json:"owners"`
	// Golden is a run of the program on a disk of the lab, if a dump judges: what the store showed when that run was killed is right.
	Golden *program.Recording `json:"golden,omitempty"`
	// Snapshots are what the program saw at the first acknowledgements.
	Snapshots []Snapshot `json:"snapshots"`
}

// Owner is the place of the bytes of a write in a file.
type Owner struct {
	Request int    `json:"request"`
	At      int64  `json:"at"`   // offset in the request, in bytes
	Path    string `json:"path"` // relative to the directory of the store
	Off     int64  `json:"off"`  // offset in the file, in bytes
}

// log returns the requests to the disk.
func (b *Blocks) log() blocklog.Log { return b.Content.Log }

// mounted says in words which filesystem it is.
func (b *Blocks) mounted() string {
	text := b.Filesystem
	if b.Options != "" {
		text += " (" + b.Options + ")"
	}
	return text + " of Linux " + b.Kernel
}

// acked returns the lines that had been acknowledged before the flush at the end of an epoch had completed. All of them
// must survive a power cut within the epoch, because until that flush has completed, the disk may lose any part of the
// epoch.
func (r *Recording) acked(e blocklog.Epoch) []program.Ack {
	n := sort.Search(len(r.Blocks.Given), func(i int) bool { return r.Blocks.Given[i] > e.To })
	return r.Acks[:n:n]
}

// tick returns the time of a request on a clock that counts requests and acknowledgements.
func (r *Recording) tick(request int) uint64 {
	before := sort.Search(len(r.Blocks.Given), func(i int) bool { return r.Blocks.Given[i] > request })
	return uint64(request + before + 1) //nolint:gosec // indices
}

// until returns the recording up to the end of an epoch.
func (r *Recording) until(e blocklog.Epoch) *Recording {
	acks := r.acked(e)
	short, rec := *r, *r.Recording
	rec.Acks = acks
	short.Recording = &rec
	short.Blocks.Given = r.Blocks.Given[:len(acks):len(acks)]
	short.Blocks.Content.Log = r.Blocks.log()[:e.To:e.To]
	short.Blocks.Owners = nil
	for _, o := range r.Blocks.Owners {
		if o.Request < e.To {
			short.Blocks.Owners = append(short.Blocks.Owners, o)
		}
	}
	return &short
}

// File returns the file that holds the recording and, if it is not nil, a finding in it. With a finding, what came after the
// crash is left out.
func (r *Recording) File(spec any, finding *program.Finding) (*lrec.File, error) {
	if finding != nil {
		r = r.until(blocklog.Epoch{To: finding.Blocks.Until})
	}
	f, err := lrec.New(spec, r.Recording, finding)
	if err != nil {
		return nil, err
	}
	f.Blocks, err = json.Marshal(&r.Blocks)
	return f, err
}

// FromFile returns the recording in a file.
func FromFile(f *lrec.File) (*Recording, error) {
	r := &Recording{Recording: f.Recording}
	if err := json.Unmarshal(f.Blocks, &r.Blocks); err != nil {
		return nil, fmt.Errorf("%w: %w", lrec.ErrFile, err)
	}
	if err := r.check(); err != nil {
		return nil, fmt.Errorf("%w: %w", lrec.ErrFile, err)
	}
	return r, nil
}

// maxDiskBytes limits the disk of a recording from a file.
const maxDiskBytes = 1 << 40

// check rejects recordings that no run could have produced.
func (r *Recording) check() error {
	b := &r.Blocks
	if !Known(b.Filesystem) {
		return fmt.Errorf("no filesystem is called %q", b.Filesystem)
	}
	if b.DiskBytes <= 0 || b.DiskBytes > maxDiskBytes || b.DiskBytes%blocklog.PageBytes != 0 {
		return fmt.Errorf("a disk of %d bytes", b.DiskBytes)
	}
	for nr, page := range b.Content.Before {
		if nr < 0 || nr >= b.DiskBytes/blocklog.PageBytes || len(page) != 0 && len(page) != blocklog.PageBytes {
			return fmt.Errorf("page %d has %d bytes", nr, len(page))
		}
	}
	if len(b.Given) != len(r.Acks) {
		return fmt.Errorf("%d acknowledgements at %d times", len(r.Acks), len(b.Given))
	}
	last := 0
	for _, at := range b.Given {
		if at < last || at > len(b.log()) {
			return fmt.Errorf("an acknowledgement after request %d", at)
		}
		last = at
	}
	if b.Golden != nil {
		if err := evidence.CheckTrace(b.Golden.Trace); err != nil {
			return err
		}
		if err := sameAcks(b.Golden.Acks[:min(len(r.Acks), len(b.Golden.Acks))], r.Acks); err != nil {
			return err
		}
	}
	for _, o := range b.Owners {
		if o.Request < 0 || o.Request >= len(b.log()) {
			return fmt.Errorf("a file belongs to request %d", o.Request)
		}
	}
	return b.log().CheckRequests(b.DiskBytes)
}

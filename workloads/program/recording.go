package program

import (
	"sort"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// Dir stands, in the arguments of a program or checker, for the directory in which the store is.
const Dir = "{dir}"

// Recording is one run of a program: what it did to the disk, and what it acknowledged meanwhile.
type Recording struct {
	Program []string     `json:"program"` // its arguments; Dir stands for the directory of the store
	Way     string       `json:"way"`     // how it was run, such as "fuse"
	Trace   []faultfs.Op `json:"trace"`
	Acks    []Ack        `json:"acks"` // oldest first
	// Settled is the tick by which everything was made durable that had prepared the run. Power is never cut before it.
	Settled uint64 `json:"settled,omitempty"`
	// Modes are permissions and owners, by inode. A power cut does not change them. Others are those of a new file.
	Modes map[faultfs.Ino]Mode `json:"modes,omitempty"`
	// Missed are the faults that hit nothing, as rules.
	Missed []string `json:"missed,omitempty"`
	// Refused is what the program asked for and the disk does not have, each with what to do.
	Refused []string `json:"refused,omitempty"`
	// Ended says how the program ended; empty: as it should. A program that failed may have done so before it wrote anything.
	Ended string `json:"ended,omitempty"`
}

// Mode is the permission bits and the owner of a file or directory.
type Mode struct {
	Perm uint32 `json:"perm"`
	UID  uint32 `json:"uid,omitempty"`
	GID  uint32 `json:"gid,omitempty"`
}

// Ack is a line by which a program says that something is done. It is on the clock of the disk.
type Ack struct {
	Tick uint64 `json:"t"`
	Text string `json:"text"`
}

// Acked returns what was acknowledged when power is cut after the operation at a tick: every line that came before the next
// operation.
func (r *Recording) Acked(tick uint64) []Ack {
	next := sort.Search(len(r.Trace), func(i int) bool { return r.Trace[i].Tick > tick })
	n := len(r.Acks)
	if next < len(r.Trace) {
		n = r.ackedBy(r.Trace[next].Tick)
	}
	return r.Acks[:n:n]
}

// Until returns the recording up to the operation at a tick, with what was acknowledged before the next one.
func (r *Recording) Until(tick uint64) *Recording {
	short := *r
	short.Acks = r.Acked(tick)
	n := sort.Search(len(r.Trace), func(i int) bool { return r.Trace[i].Tick > tick })
	short.Trace = r.Trace[:n:n]
	return &short
}

// ackedBy returns how many lines were acknowledged by a tick.
func (r *Recording) ackedBy(tick uint64) int {
	return sort.Search(len(r.Acks), func(i int) bool { return r.Acks[i].Tick > tick })
}

// Ticks returns the ticks at which it is worth cutting power: after each operation that changes what a power cut leaves.
func (r *Recording) Ticks() []uint64 {
	var ticks []uint64
	for i := range r.Trace {
		if r.Trace[i].Tick > r.Settled && r.Trace[i].Changes() {
			ticks = append(ticks, r.Trace[i].Tick)
		}
	}
	return ticks
}

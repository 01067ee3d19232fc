package program

import (
	"regexp"
	"sort"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// Dir is the placeholder for the directory of the store in the arguments of programs and checkers.
const Dir = "{dir}"

// Recording is one run of a program: what it did to the disk, and what it acknowledged.
type Recording struct {
	Program []string     `json:"program"` // its arguments; Dir stands for the directory of the store
	Way     string       `json:"way"`     // how it was run, such as "fuse"
	Trace   []faultfs.Op `json:"trace"`
	Acks    []Ack        `json:"acks"` // oldest first
	// Settled is the tick at which the preparation of the run had been made durable. Power is never cut before it.
	Settled uint64 `json:"settled,omitempty"`
	// Modes has permissions and owners by inode. A power cut does not change them. Inodes not listed have those of a new file.
	Modes map[faultfs.Ino]Mode `json:"modes,omitempty"`
	// Stacks says where in the program's source the operations come from, if that was recorded.
	Stacks *Stacks `json:"stacks,omitempty"`
	// Missed lists the fault rules that never fired.
	Missed []string `json:"missed,omitempty"`
	// Refused lists what the program asked for and the disk does not support, each with the remedy.
	Refused []string `json:"refused,omitempty"`
	// Ended says how the program failed; it is empty if the program succeeded. It may have failed before it wrote anything.
	Ended string `json:"ended,omitempty"`
}

// Mode is the permission bits and the owner of a file or directory.
type Mode struct {
	Perm uint32 `json:"perm"`
	UID  uint32 `json:"uid,omitempty"`
	GID  uint32 `json:"gid,omitempty"`
}

// Ack is a line in which the program acknowledges a completed step, at a tick of the disk's clock.
type Ack struct {
	Tick uint64 `json:"t"`
	Text string `json:"text"`
}

// Acknowledged returns what a line of standard output acknowledges, if the pattern matches: the first group or, without a group,
// the whole line.
func Acknowledged(pattern *regexp.Regexp, line string) (string, bool) {
	switch found := pattern.FindStringSubmatch(line); len(found) {
	case 0:
		return "", false
	case 1:
		return line, true
	default:
		return found[1], true
	}
}

// Acked returns the lines acknowledged when power is cut after the operation at tick: all those before the next operation.
func (r *Recording) Acked(tick uint64) []Ack {
	next := sort.Search(len(r.Trace), func(i int) bool { return r.Trace[i].Tick > tick })
	n := len(r.Acks)
	if next < len(r.Trace) {
		n = r.ackedBy(r.Trace[next].Tick)
	}
	return r.Acks[:n:n]
}

// Until returns the recording up to and including the operation at tick, with the lines acknowledged before the next one.
func (r *Recording) Until(tick uint64) *Recording {
	short := *r
	short.Acks = r.Acked(tick)
	n := sort.Search(len(r.Trace), func(i int) bool { return r.Trace[i].Tick > tick })
	short.Trace = r.Trace[:n:n]
	short.Stacks = r.Stacks.until(n)
	return &short
}

// ackedBy returns the number of lines acknowledged by a tick.
func (r *Recording) ackedBy(tick uint64) int {
	return sort.Search(len(r.Acks), func(i int) bool { return r.Acks[i].Tick > tick })
}

// Ticks returns the crash points: the ticks of the operations that change what a power cut can leave behind.
func (r *Recording) Ticks() []uint64 {
	var ticks []uint64
	for i := range r.Trace {
		if r.Trace[i].Tick > r.Settled && r.Trace[i].Changes() {
			ticks = append(ticks, r.Trace[i].Tick)
		}
	}
	return ticks
}

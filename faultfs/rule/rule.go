package rule

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/lightningdb/lightning-torture/faultfs/trace"
)

// Rule is a fault: which operations it hits and what happens to them. Its text form is
//
//	EFFECT OPERATION [GLOB] [key=value ...]
//
// for example "failed sync *.log nth=3 after=500"; FAULTS.md has all keys. GLOB is matched against the last element of
// the path, as by path.Match; for a rename or link it may match either path. It contains no space, slash or equals
// sign. All conditions must hold; a rule without nth, from, every and prob hits every match. A rule counts, so it
// belongs to one filesystem.
type Rule struct {
	Effect trace.Effect
	Op     trace.OpKind
	Glob   string        // empty for every file
	Nth    uint64        // hit only the n-th match, counting from 1
	From   uint64        // hit the n-th match and every later one
	Every  uint64        // hit every n-th match
	Prob   float64       // hit with this probability, in (0, 1]
	Seed   uint64        // seed for Prob and for the choice of what is damaged
	Times  uint64        // stop after this many hits; 0 for never
	After  uint64        // only operations after this tick
	Before uint64        // only operations before this tick; 0 for no limit
	Millis uint64        // for Slow and Stall: the delay in milliseconds
	Bytes  uint64        // for ENOSPC: only calls that would bring the use of the disk above this many bytes
	Files  uint64        // for EMFILE: only while this many handles are open
	As     trace.Failure // for FailedSync: the filesystem whose failure to imitate

	matches uint64
	hits    uint64
}

// Key names the kind of fault in counts, for example "eio_write".
func (r *Rule) Key() string { return r.Effect.String() + "_" + r.Op.String() }

// AtRest reports whether the rule damages bytes on a disk that no one is using. CrashPoint.Rot applies it, and it hits
// no call.
func (r *Rule) AtRest() bool { return r.Op == trace.OpRest }

// Clone returns a copy of the rule that has not counted anything yet.
func (r *Rule) Clone() *Rule {
	c := *r
	c.matches, c.hits = 0, 0
	return &c
}

// String returns the text form of the rule.
func (r *Rule) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", r.Effect, r.Op)
	if r.Glob != "" {
		b.WriteString(" " + r.Glob)
	}
	for _, f := range r.numbers() {
		if *f.value != 0 {
			fmt.Fprintf(&b, " %s=%d", f.name, *f.value)
		}
	}
	if r.Prob != 0 {
		b.WriteString(" prob=" + strconv.FormatFloat(r.Prob, 'g', -1, 64))
	}
	if r.As != trace.AnyFailure {
		b.WriteString(" as=" + r.As.String())
	}
	return b.String()
}

type number struct {
	name  string
	value *uint64
}

func (r *Rule) numbers() []number {
	return []number{
		{"nth", &r.Nth},
		{"from", &r.From},
		{"every", &r.Every},
		{"seed", &r.Seed},
		{"times", &r.Times},
		{"after", &r.After},
		{"before", &r.Before},
		{"ms", &r.Millis},
		{"bytes", &r.Bytes},
		{"files", &r.Files},
	}
}

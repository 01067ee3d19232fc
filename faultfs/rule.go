package faultfs

import (
	"fmt"
	"strconv"
	"strings"
)

// Effect is what an injected fault does to an operation.
type Effect uint8

// The effects.
const (
	NoEffect   Effect = iota
	EIO               // the call fails with EIO and changes nothing
	ENOSPC            // the call fails with ENOSPC and changes nothing
	ShortWrite        // half of the bytes are written, the call returns io.ErrShortWrite
	LostSync          // the sync returns success and does nothing
	FailedSync        // the sync returns EIO, the pages are clean and readable, and the retry returns success
	BitFlip           // one bit of a durable file is another one after the crash
	effects
)

var effectNames = [effects]string{"none", "eio", "enospc", "short", "lost", "failed", "bitflip"}

func (e Effect) String() string {
	if e < effects {
		return effectNames[e]
	}
	return fmt.Sprintf("effect(%d)", uint8(e))
}

// allowed says which operations an effect can hit; EIO can hit every call.
var allowed = map[Effect][]OpKind{
	ENOSPC: {OpCreate, OpLink, OpWrite, OpTruncate, OpRename, OpSync}, ShortWrite: {OpWrite},
	LostSync: {OpSync}, FailedSync: {OpSync}, BitFlip: {OpRest},
}

// Rule is a fault: which operations it hits and what happens to them. As text it reads
//
//	EFFECT OPERATION [GLOB] [nth=N] [every=N] [prob=P] [seed=N] [times=N] [after=TICK] [before=TICK]
//
// for example "failed sync *.log nth=3 after=500". GLOB is matched with the last element of the path, as path.Match
// does; of a rename or link either path will do. It contains no space, slash or equals sign. All conditions must hold;
// a rule without nth, every and prob hits every match. A rule counts, so it belongs to one filesystem.
type Rule struct {
	Effect Effect
	Op     OpKind
	Glob   string  // empty: every file
	Nth    uint64  // hit the n-th match only, counted from 1
	Every  uint64  // hit every n-th match
	Prob   float64 // hit with this probability, in (0, 1]
	Seed   uint64  // of Prob, and of the choice that BitFlip makes
	Times  uint64  // stop after so many hits; 0: never
	After  uint64  // only operations after this tick
	Before uint64  // only operations before this tick; 0: all

	matches uint64
	hits    uint64
}

// Hits returns how often the rule has been injected.
func (r *Rule) Hits() uint64 { return r.hits }

// Key names the kind of fault in counts: "eio_write".
func (r *Rule) Key() string { return r.Effect.String() + "_" + r.Op.String() }

// Clone returns the rule as it was before it hit anything.
func (r *Rule) Clone() *Rule {
	c := *r
	c.matches, c.hits = 0, 0
	return &c
}

// String returns the rule as ParseRule reads it.
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
	return b.String()
}

type number struct {
	name  string
	value *uint64
}

func (r *Rule) numbers() []number {
	return []number{
		{"nth", &r.Nth},
		{"every", &r.Every},
		{"seed", &r.Seed},
		{"times", &r.Times},
		{"after", &r.After},
		{"before", &r.Before},
	}
}

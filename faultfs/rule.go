package faultfs

import (
	"fmt"
	"strconv"
	"strings"
)

// Effect is what an injected fault does to an operation.
type Effect uint8

// The effects. Saved traces hold their numbers, so new ones go to the end.
const (
	NoEffect   Effect = iota
	EIO               // the call fails with EIO and changes nothing
	ENOSPC            // the call fails with ENOSPC; with Rule.Bytes a write stores what fits
	Short             // half of the bytes are written or read
	LostSync          // the sync returns success and does nothing
	FailedSync        // the sync or write-back fails; what becomes of the pages is Rule.As
	BitFlip           // one bit is another one: on the disk, of a write, or of what a read returns
	EINTR             // the call fails with EINTR and changes nothing
	EROFS             // the filesystem is mounted read-only: what would change it fails
	EMFILE            // the process has too many files open
	Stale             // a block holds what it held before; of a write: nothing is stored
	Misplaced         // a block's bytes lie in the place of another block
	Truncated         // the end of a file is missing
	Slow              // the call returns late
	Stall             // the call returns late, and all others wait for it
	Evict             // the clean pages of a file leave the memory
	effects
)

var effectNames = [effects]string{
	"none", "eio", "enospc", "short", "lost", "failed", "bitflip", "eintr", "readonly", "emfile", "stale", "misplaced",
	"truncated", "slow", "stall", "evict",
}

func (e Effect) String() string {
	if e < effects {
		return effectNames[e]
	}
	return fmt.Sprintf("effect(%d)", uint8(e))
}

// everyCall are the operations that are calls.
var everyCall = func() (calls []OpKind) {
	for k := range OpRest {
		calls = append(calls, k)
	}
	return calls
}()

// allowed says which operations an effect can hit, besides OpAny for those of them that are calls.
var allowed = [effects][]OpKind{
	EIO: everyCall, EINTR: everyCall, Slow: everyCall, Stall: everyCall,
	ENOSPC:   {OpCreate, OpLink, OpWrite, OpTruncate, OpRename, OpSync},
	EROFS:    {OpCreate, OpLink, OpRemove, OpRename, OpTruncate, OpWrite, OpSync, OpOpen, OpStat},
	EMFILE:   {OpOpen},
	Short:    {OpWrite, OpRead},
	LostSync: {OpSync}, FailedSync: {OpSync, OpWriteback}, Evict: {OpRead},
	BitFlip: {OpRest, OpWrite, OpRead}, Stale: {OpRest, OpWrite}, Misplaced: {OpRest, OpWrite}, Truncated: {OpRest},
}

// Rule is a fault: which operations it hits and what happens to them. As text it reads
//
//	EFFECT OPERATION [GLOB] [key=value ...]
//
// for example "failed sync *.log nth=3 after=500"; FAULTS.md has all keys. GLOB is matched with the last element of the
// path, as path.Match does; of a rename or link either path will do. It contains no space, slash or equals sign. All
// conditions must hold; a rule without nth, from, every and prob hits every match. A rule counts, so it belongs to one
// filesystem.
type Rule struct {
	Effect Effect
	Op     OpKind
	Glob   string  // empty: every file
	Nth    uint64  // hit the n-th match only, counted from 1
	From   uint64  // hit the n-th match and every later one
	Every  uint64  // hit every n-th match
	Prob   float64 // hit with this probability, in (0, 1]
	Seed   uint64  // of Prob, and of the choice of what is damaged
	Times  uint64  // stop after so many hits; 0: never
	After  uint64  // only operations after this tick
	Before uint64  // only operations before this tick; 0: all
	Millis uint64  // of Slow and Stall: how late the call returns, in milliseconds
	Bytes  uint64  // of ENOSPC: only calls that would take more than so many bytes of the disk
	Files  uint64  // of EMFILE: only while so many handles are open
	As     Failure // of FailedSync: whose failure it is

	matches uint64
	hits    uint64
}

// Hits returns how often the rule has been injected.
func (r *Rule) Hits() uint64 { return r.hits }

// Key names the kind of fault in counts: "eio_write".
func (r *Rule) Key() string { return r.Effect.String() + "_" + r.Op.String() }

// AtRest reports whether the rule is about what a disk does to bytes that nobody uses: CrashPoint.Rot carries it out,
// and no call meets it.
func (r *Rule) AtRest() bool { return r.Op == OpRest }

// Clone returns the rule as it was before it hit anything.
func (r *Rule) Clone() *Rule {
	c := *r
	c.matches, c.hits = 0, 0
	return &c
}

// effect returns what the rule does; no rule does nothing.
func (r *Rule) effect() Effect {
	if r == nil {
		return NoEffect
	}
	return r.Effect
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
	if r.As != AnyFailure {
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

package judge

import (
	"cmp"
	"math"
	"slices"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
)

// fileClass says whether an engine may mistake damage to a file for a torn write, by the classes of files in
// contract.Target. A crash may leave a torn write at the end of a log, and an engine must accept that, so damage that
// looks exactly like one is excused.
type fileClass int

const (
	noLog     fileClass = iota // damage is always recognizable
	tornLog                    // damage looks like a torn write, whatever follows it
	provenLog                  // damage looks like a torn write, unless a later record proves that it was durable
	growing                    // only a missing end, or a last block overwritten as a whole, looks like a torn write
)

func (j *Judges) classOf(name string) fileClass {
	for _, class := range [...]struct {
		globs []string
		class fileClass
	}{{j.target.LogGlobs, tornLog}, {j.target.ProvenLogGlobs, provenLog}, {j.target.AppendGlobs, growing}} {
		if contract.Matches(class.globs, name) {
			return class.class
		}
	}
	return noLog
}

// excuse is about a store whose files were damaged while it was closed, and which the engine has opened even so. It
// returns what is demanded of the store: where to cut the history to get the commits that must be there, and the rule.
// excused is true if that is less than without damage.
func (j *Judges) excuse(c Crash, rule checker.Rule) (when history.Cut, _ checker.Rule, excused bool) {
	when = c.Cut
	if c.Damage == nil || j.target.Promises.CloseLeavesNoTail && j.recording.ClosedAt(c.Tick) {
		return when, rule, false
	}
	cutOff := c.Damage.Effect == faultfs.Truncated
	switch class := j.classOf(c.Damage.Path); {
	case class == provenLog:
		when.Acked = min(when.Acked, max(j.beforeDamage(c), j.proven(c)))
	case class == tornLog && !cutOff:
		when.Acked = min(when.Acked, j.beforeDamage(c))
	case class == tornLog || class == growing && (cutOff || j.tornEnd(c)):
		rule.Lower, rule.Suffix = checker.NothingMustSurvive, false
	default:
		return when, rule, false
	}
	return when, rule, true
}

// beforeDamage returns the latest tick at which a commit that precedes the damage in its log can have been acknowledged. This
// is the tick before the first write to the damaged bytes.
func (j *Judges) beforeDamage(c Crash) history.Tick {
	d := j.damaged(c)
	trace := j.recording.Trace
	for i := range trace {
		if op := &trace[i]; op.Kind == faultfs.OpWrite && d.hits(op) {
			return history.Tick(op.Tick) - 1
		}
	}
	return 0
}

// tornEnd reports whether a damaged block of a file that only grows looks like a torn end. It does not if something
// after it in the file was written when the block was already durable, and is itself durable: that proves that the
// block had been complete.
func (j *Judges) tornEnd(c Crash) bool {
	if c.Damage.Effect == faultfs.BitFlip {
		return false
	}
	d := j.damaged(c)
	const (
		absent = iota
		written
		durable
		followed // by something that was written after the block was durable
	)
	block := absent
	trace := j.recording.Trace
	for i := range trace {
		op := &trace[i]
		if op.Tick > c.Tick {
			break
		}
		synced := op.Kind == faultfs.OpSync && op.Fault == faultfs.NoEffect
		switch {
		case op.Ino != d.file:
		case block == absent && op.Kind == faultfs.OpWrite && d.hits(op):
			block = written
		case block == written && synced:
			block = durable
		case block == durable && op.Kind == faultfs.OpWrite && op.Off >= d.to:
			block = followed
		case block == followed && synced:
			return false
		}
	}
	return true
}

// proven returns a tick up to which everything acknowledged with Sync is proven to have been durable. The proof is a
// later Sync commit that was called after it, was acknowledged, and has left undamaged records in logs: from these, the
// store can tell that whatever is missing before them was not a torn write.
func (j *Judges) proven(c Crash) history.Tick {
	d := j.damaged(c)
	ops := j.recording.History
	for i := len(ops) - 1; i >= 0; i-- { // in the order of their calls
		if op := &ops[i]; op.Wrote() && op.Durability == history.Sync && op.AckedBy(c.Cut.Acked) && j.spared(op, d) {
			return op.Call - 1
		}
	}
	return 0
}

// spared reports whether an operation has left records in proven logs, none of which the damage has hit. Records of others
// that were written while it ran cannot be told from its own, so they must be undamaged as well.
func (j *Judges) spared(op *history.Op, d extent) bool {
	wrote := false
	trace := j.recording.Trace
	first, _ := slices.BinarySearchFunc(trace, uint64(op.Call), func(t faultfs.Op, tick uint64) int { return cmp.Compare(t.Tick, tick) })
	for i := first; i < len(trace) && history.Tick(trace[i].Tick) < op.Return; i++ {
		t := &trace[i]
		if t.Kind != faultfs.OpWrite || j.classOf(t.Path) != provenLog {
			continue
		}
		if wrote = true; d.hits(t) {
			return false
		}
	}
	return wrote
}

// extent is a part of a file.
type extent struct {
	file     faultfs.Ino
	from, to int64
}

func (e extent) hits(op *faultfs.Op) bool {
	return op.Ino == e.file && op.Off < e.to && op.Off+int64(len(op.Data)) > e.from
}

// damaged returns the extent that was damaged.
func (j *Judges) damaged(c Crash) extent {
	const block = 4096 // the size of a stale or misplaced block
	e := extent{from: c.Damage.Off}
	switch c.Damage.Effect {
	case faultfs.Truncated:
		e.to = math.MaxInt64
	case faultfs.Stale, faultfs.Misplaced:
		e.to = e.from + block
	default:
		e.to = e.from + 1
	}
	trace := j.recording.Trace
	for i := range trace {
		op := &trace[i]
		if op.Tick > c.Tick {
			break
		}
		if op.Path == c.Damage.Path || op.To == c.Damage.Path {
			e.file = op.Ino
		}
	}
	return e
}

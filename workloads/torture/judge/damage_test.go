package judge

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

// logged is a run of three Sync commits and a Close. The first two are in 1.log, the last is in 2.log, and the manifest got an
// edit in between:
//
//	tick    1   2   3   4    5   6   7   8    9   10  11    12  13  14  15    20  21    22
//	        call        ret  call        ret  edit    sync  call        ret   close     ret
//	            wr  sy           wr  sy           wr            wr  sy            wr
func logged() *record.Recording {
	write := func(tick uint64, name string, ino faultfs.Ino, off int64) faultfs.Op {
		return faultfs.Op{Tick: tick, Kind: faultfs.OpWrite, Path: name, Ino: ino, Off: off, Data: make([]byte, 100)}
	}
	sync := func(tick uint64, name string, ino faultfs.Ino) faultfs.Op {
		return faultfs.Op{Tick: tick, Kind: faultfs.OpSync, Path: name, Ino: ino}
	}
	commit := func(call, ret history.Tick) history.Op {
		return history.Op{
			Kind: history.Put, Call: call, Return: ret, Outcome: history.Acked, Durability: history.Sync,
			Writes: []history.Write{{Key: []byte("k")}},
		}
	}
	return &record.Recording{
		Plan: &plan.Plan{},
		Trace: []faultfs.Op{
			write(2, "db/1.log", 1, 0), sync(3, "db/1.log", 1), write(6, "db/1.log", 1, 100), sync(7, "db/1.log", 1),
			write(10, "db/MANIFEST-3", 3, 0), sync(11, "db/MANIFEST-3", 3), write(13, "db/2.log", 2, 0), sync(14, "db/2.log", 2),
			write(21, "db/2.log", 2, 100),
		},
		History: []history.Op{commit(1, 4), commit(5, 8), commit(12, 15), {Kind: history.Close, Call: 20, Return: 22, Outcome: history.Acked}},
	}
}

func TestWhatDamageExcuses(t *testing.T) {
	const all = 15
	logs, proven, append := contract.Target{LogGlobs: []string{"*.log"}}, contract.Target{ProvenLogGlobs: []string{"*.log"}},
		contract.Target{AppendGlobs: []string{"MANIFEST-*"}}
	closes := proven
	closes.Promises.CloseLeavesNoTail, closes.AppendGlobs = true, append.AppendGlobs
	flip := func(name string, off int64) faultfs.Damage {
		return faultfs.Damage{Effect: faultfs.BitFlip, Path: name, Off: off}
	}
	cut := func(name string, off int64) faultfs.Damage {
		return faultfs.Damage{Effect: faultfs.Truncated, Path: name, Off: off}
	}
	block := func(name string) faultfs.Damage { return faultfs.Damage{Effect: faultfs.Misplaced, Path: name} }
	for _, c := range []struct {
		name    string
		target  contract.Target
		tick    uint64
		damage  faultfs.Damage
		acked   history.Tick // commits acknowledged by this tick must be there
		nothing bool         // nothing needs to be there
	}{
		{"a flipped bit in a log excuses the loss of that write and later ones", logs, 14, flip("db/1.log", 150), 5, false},
		{"a flipped bit in the first write excuses the loss of all writes", logs, 14, flip("db/1.log", 50), 1, false},
		{"a damaged block excuses the loss of every write in it", logs, 14, block("db/1.log"), 1, false},
		{"a truncation of a log excuses the loss of everything", logs, 14, cut("db/1.log", 150), 0, true},
		{"damage to a file that is not a log excuses nothing", logs, 14, flip("db/MANIFEST-3", 1), all, false},
		{"truncation of a file that is not a log excuses nothing", logs, 14, cut("db/MANIFEST-3", 1), all, false},
		{"a flipped bit in an append-only file excuses nothing", append, 14, flip("db/MANIFEST-3", 1), all, false},
		{"a truncation of an append-only file excuses the loss of everything", append, 14, cut("db/MANIFEST-3", 1), 0, true},

		{"a wrong block at the end of an append-only file excuses the loss of everything", append, 14, block("db/MANIFEST-3"), 0, true},

		{"a later record in another log proves what was acknowledged before it was called", proven, 14, flip("db/1.log", 150), 11, false},
		{"a later record in another log proves the first commit too", proven, 14, flip("db/1.log", 50), 11, false},
		{"a later record proves commits in a truncated log", proven, 14, cut("db/1.log", 10), 11, false},
		{"a later record proves commits in a log with a wrong block", proven, 14, block("db/1.log"), 11, false},
		{"nothing proves the last record, but the one before is intact", proven, 14, flip("db/2.log", 50), 12, false},
		{"without a later record nothing is proven", proven, 7, flip("db/1.log", 150), 5, false},
		{"the second record proves the first one", proven, 7, flip("db/1.log", 50), 4, false},
		{"a damaged second record proves nothing", proven, 7, block("db/1.log"), 1, false},
		{"a second record that is cut off proves nothing", proven, 7, cut("db/1.log", 50), 1, false},
		{"a second record that is not acknowledged yet proves nothing", proven, 6, flip("db/1.log", 50), 1, false},
		{"a truncated log that does not grow again keeps what precedes the cut", proven, 7, cut("db/1.log", 150), 5, false},

		{"after Close a flipped bit excuses nothing", closes, 21, flip("db/2.log", 50), all, false},
		{"after Close a truncation of a log excuses nothing", closes, 21, cut("db/2.log", 50), all, false},
		{"after Close a truncation of an append-only file excuses nothing", closes, 21, cut("db/MANIFEST-3", 1), all, false},
		{"before Close a truncation of an append-only file is excused", closes, 14, cut("db/MANIFEST-3", 1), 0, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := logged()
			crash := Crash{Tick: c.tick, Cut: record.NewCuts(r.Trace, r.History).At(c.tick), Damage: &c.damage}
			before := crash.Cut.Acked
			when, rule, excused := New(c.target, r).excuse(crash, checker.Rule{Lower: checker.SyncedMustSurvive, Suffix: true})
			if c.nothing {
				require.Equal(t, checker.Rule{Lower: checker.NothingMustSurvive}, rule)
				require.True(t, excused)
				return
			}
			require.Equal(t, checker.Rule{Lower: checker.SyncedMustSurvive, Suffix: true}, rule)
			if c.acked == all {
				require.False(t, excused)
				require.Equal(t, before, when.Acked)
				return
			}
			require.True(t, excused)
			require.Equal(t, c.acked, when.Acked)
		})
	}
}

func TestABlockAtTheEndOfAGrowingFileIsLikeACut(t *testing.T) {
	op := func(tick uint64, kind faultfs.OpKind, off int64) faultfs.Op {
		o := faultfs.Op{Tick: tick, Kind: kind, Path: "db/MANIFEST-3", Ino: 3, Off: off}
		if kind == faultfs.OpWrite {
			o.Data = make([]byte, 4096)
		}
		return o
	}
	write, sync := faultfs.OpWrite, faultfs.OpSync
	failed := op(4, sync, 0)
	failed.Fault = faultfs.FailedSync
	block := faultfs.Damage{Effect: faultfs.Stale, Path: "db/MANIFEST-3"}
	for _, c := range []struct {
		name   string
		trace  []faultfs.Op
		damage faultfs.Damage
		want   bool
	}{
		{"nothing follows", []faultfs.Op{op(1, write, 0), op(2, sync, 0)}, block, true},
		{"what follows was written before the block was durable", []faultfs.Op{op(1, write, 0), op(2, write, 4096), op(3, sync, 0)}, block, true},
		{"what follows is not durable", []faultfs.Op{op(1, write, 0), op(2, sync, 0), op(3, write, 4096)}, block, true},
		{"its sync failed", []faultfs.Op{op(1, write, 0), op(2, sync, 0), op(3, write, 4096), failed}, block, true},
		{"its sync comes after the crash", []faultfs.Op{op(1, write, 0), op(2, sync, 0), op(3, write, 4096), op(9, sync, 0)}, block, true},
		{"a later durable write proves that the block was there", []faultfs.Op{op(1, write, 0), op(2, sync, 0), op(3, write, 4096), op(4, sync, 0)}, block, false},
		{
			"a flipped bit is not a wrong block",
			[]faultfs.Op{op(1, write, 0), op(2, sync, 0)},
			faultfs.Damage{Effect: faultfs.BitFlip, Path: "db/MANIFEST-3"},
			false,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			j := New(contract.Target{AppendGlobs: []string{"MANIFEST-*"}}, &record.Recording{Plan: &plan.Plan{}, Trace: c.trace})
			require.Equal(t, c.want, j.tornEnd(Crash{Tick: 5, Damage: &c.damage}))
		})
	}
}

package explain

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/audit"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
	"github.com/lightningdb/lightning-torture/workloads/torture/stack"
)

var errAccepted = errors.New("a log without its end is accepted")

// shortened is a standing check: it takes away the end of a toy's log, and demands that opening the toy fails.
func shortened() error {
	target, disk := toy.Target(toy.Correct), faultfs.New(faultfs.Options{})
	env := contract.Env{FS: disk, Dir: "db", Inline: true}
	store, err := target.OpenStore(env)
	if err == nil {
		err = errors.Join(store.Apply([]history.Write{{Key: []byte("a"), Value: []byte("b")}}, history.Sync), store.Close())
	}
	if err != nil {
		return err
	}
	open := contract.Call{What: "Open", Disk: disk, Do: func(on *faultfs.FS, make func(string, func() error) error) error {
		content, err := afero.ReadFile(on, "db/log")
		if err == nil {
			err = afero.WriteFile(on, "db/log", content[:len(content)-1], 0o666)
		}
		if err != nil {
			return err
		}
		if err := make("db/log", func() error {
			again, err := target.OpenStore(contract.Env{FS: on, Dir: "db", Inline: true})
			if err == nil {
				err = again.Close()
			}
			return err
		}); err == nil {
			return errAccepted
		}
		return nil
	}}
	return open.Check()
}

func TestAWrongCallOfAStandingCheckIsExplainedByWhatItReadAndDid(t *testing.T) {
	t.Parallel()
	s := subjectOf(t, toy.Correct)
	failed := fmt.Errorf("in a situation: %w", shortened())
	require.ErrorIs(t, failed, errAccepted)
	s.Target.Administration.Standing = []contract.StandingCheck{{Run: func() error { return failed }}}
	s = explore.NewSubject(s.Target, s.Recording, s.Patience)
	f := explore.Failure{Judge: audit.Judge, Tick: s.Recording.CrashTicks()[0]}
	f.Class, f.Sentence = "accounts are wrong", "what holds for all stores does not: "+failed.Error()
	e := Explain(t.Context(), s, &f)
	require.NotNil(t, e)
	assert.Regexp(t, `^it fails during Open, where the damaged file was read by the read of db/log \(.toy/toy.go:\d+.\).*; it changed the disk with .*the rename of db/tmp -> db/log`, e.Sentence)
	assert.NotContains(t, e.Sentence, "write of db/log", "the check itself made that")
	require.NotEmpty(t, e.Calls())
	assert.Regexp(t, `^read of db/log: toy/toy.go:\d+ \w+ ← toy/toy.go`, e.Calls()[0])
}

// disagree is a standing check that judges without a disk.
func disagree() error { return worded("the figures do not agree") }

func worded(what string) error { return contract.Judged(errors.New(what), 1) }

func TestAStandingCheckWithoutADiskIsExplainedByItsPlace(t *testing.T) {
	t.Parallel()
	s := subjectOf(t, toy.Correct)
	s.Target.Administration.Standing = []contract.StandingCheck{{Run: disagree}}
	s = explore.NewSubject(s.Target, s.Recording, s.Patience)
	f := explore.Failure{Judge: audit.Judge, Tick: s.Recording.CrashTicks()[0]}
	f.Class, f.Sentence = "accounts are wrong", "what holds for all stores does not: the figures do not agree"
	e := Explain(t.Context(), s, &f)
	require.NotNil(t, e)
	assert.Regexp(t, `^it is found by the check of explain.disagree \(.explain/steps_test.go:\d+.\)$`, e.Sentence)
	require.Len(t, e.Steps, 1)
	assert.Len(t, e.Steps[0].Stack, 1, "the lab's calls are left out")
}

func TestAContradictionInAHistoryIsExplainedByWhatWasDoneToFilesMeanwhile(t *testing.T) {
	t.Parallel()
	for bug, done := range map[toy.Bug]string{
		toy.KeepsScratch: `the store made the create of db/scratch-1 \(.toy/keeps.go:\d+.\)$`, toy.Correct: `no file was created, renamed or removed$`,
	} {
		s := subjectOf(t, bug)
		f := explore.Failure{Judge: "live"}
		f.Class = "reads: stale read"
		for i := range s.Recording.History {
			if op := &s.Recording.History[i]; op.Wrote() && len(f.Ops) < 2 {
				f.Ops = append(f.Ops, op.ID)
			}
		}
		e := Explain(t.Context(), s, &f)
		require.NotNil(t, e)
		right := "^"
		if bug == toy.Correct { // the file that the other leaves is wrong after a recovery, too
			right = `^the disk is right: a store that recovers what is on it then gives no wrong answer; `
		}
		assert.Regexp(t, right+`between #0, which was acknowledged at tick \d+, and the end of #1, `+done, e.Sentence)
		f.Key = []byte("k")
		s.Target.Versions = logIsThere
		e = Explain(t.Context(), s, &f)
		require.NotNil(t, e)
		assert.Regexp(t, `; of k, the files then hold a value in db/log$`, e.Sentence)
		s.Target.Versions = func(afero.Fs, string, []byte) ([]string, error) { panic("a bug of the target") }
		require.NotNil(t, Explain(t.Context(), s, &f))
	}
}

// logIsThere is a Target.Versions.
func logIsThere(fs afero.Fs, dir string, _ []byte) ([]string, error) {
	if there, err := afero.Exists(fs, dir+"/log"); err != nil || !there {
		return nil, err
	}
	return []string{"a value in " + dir + "/log"}, nil
}

func TestWhatTheFilesHoldIsToldBeforeAndAfterAnOperation(t *testing.T) {
	t.Parallel()
	s := subjectOf(t, toy.Correct)
	f := explore.Failure{Judge: "live"}
	x := &explainer{ctx: t.Context(), life: explore.NewLife(t.Context(), s, &f)}
	v := &versions{target: logIsThere, life: x.life, key: []byte("k")}
	trace := s.Recording.Trace
	named := slices.IndexFunc(trace, func(op faultfs.Op) bool { return op.Kind == faultfs.OpRename && op.To == "db/log" })
	require.Positive(t, named)
	assert.Equal(t, "; of k, the files hold nothing before it, and a value in db/log after it", v.around(trace[named].Tick))
	assert.Equal(t, "; of k, the files hold a value in db/log, before and after it", v.around(trace[len(trace)-1].Tick))
	v.key = nil
	assert.Empty(t, v.around(trace[named].Tick), "the failure is about no single key")
	ops := s.Recording.History
	long := slices.IndexFunc(ops, func(op history.Op) bool { return op.Return-op.Call > 1 })
	require.NotEqual(t, -1, long)
	op := &ops[long]
	f.Ops = []int{op.ID}
	assert.Equal(t, fmt.Sprintf("; at that moment, #%d (%s, ticks %d to %d) was under way", op.ID, op.Kind, op.Call, op.Return), x.underWay(&f, uint64(op.Call)+1))
	assert.Empty(t, x.underWay(&f, uint64(op.Return)))
	f.Ops = nil
	assert.Empty(t, x.underWay(&f, uint64(op.Call)+1), "the failure is not about it")
}

// waiter is an engine that never returns.
type waiter struct{ never sync.Mutex }

func (w *waiter) flush() { w.never.Lock() }

func TestACallOfAStandingCheckThatNeverReturnsIsExplainedByWhereItWaits(t *testing.T) {
	t.Parallel()
	w := &waiter{}
	w.never.Lock()
	done := make(chan struct{})
	go func() { defer close(done); w.flush() }()
	defer func() { w.never.Unlock(); <-done }()
	waits := func() []string { return stack.Containing("explain.(*waiter).flush") }
	for len(waits()) == 0 {
		runtime.Gosched()
	}
	s := subjectOf(t, toy.Correct)
	failed := contract.Judged(errors.New("a call never returns"), 0, waits()...)
	s.Target.Administration.Standing = []contract.StandingCheck{{Run: func() error { return failed }}}
	s = explore.NewSubject(s.Target, s.Recording, s.Patience)
	f := explore.Failure{Judge: audit.Judge, Tick: s.Recording.CrashTicks()[0]}
	f.Class, f.Sentence = "accounts are wrong", "what holds for all stores does not: a call never returns"
	e := Explain(t.Context(), s, &f)
	require.NotNil(t, e)
	assert.Regexp(t, `^the engine waits in the call of explain\.\(\*waiter\)\.flush \(.explain/steps_test.go:\d+.\)$`, e.Sentence)
}

func TestFilesAndCopiesAreExplainedByWhatMadeThem(t *testing.T) {
	t.Parallel()
	s := subjectOf(t, toy.Correct)
	x := &explainer{ctx: t.Context()}
	e := x.filesIn("the store failed: db/log offset 7: invalid record", s.Recording.Trace)
	require.NotNil(t, e)
	assert.Regexp(t, `^the error names db/log, and what was done to it is the rename of db/tmp -> db/log \(.toy/toy.go:\d+.\) and the write of db/log \(.toy/toy.go:\d+.\)$`, e.Sentence)
	for _, other := range []string{"the store failed: db/catalog: invalid record", "the store wrote no log"} {
		assert.Nil(t, x.filesIn(other, s.Recording.Trace), other)
	}

	last := s.Recording.Trace[len(s.Recording.Trace)-1].Tick
	copied := history.Op{ID: 3, Kind: history.Backup, Dir: "db", Outcome: history.Acked, Return: history.Tick(last)}
	e = x.copyOf(&copied, s.Recording.Trace)
	require.NotNil(t, e)
	assert.Regexp(t, `^backup #3 made the copy with the .* and the write of db/log`, e.Sentence)
	copied.Dir = "elsewhere"
	assert.Nil(t, x.copyOf(&copied, s.Recording.Trace))
	copied.Kind = history.Scan
	assert.Nil(t, x.copyOf(&copied, s.Recording.Trace))
}

func TestLossesThatOneSyncPreventsAreOneEdge(t *testing.T) {
	t.Parallel()
	s := subjectOf(t, toy.NoFileSync)
	x := &explainer{ctx: t.Context(), life: explore.NewLife(t.Context(), s, &explore.Failure{})}
	var writes []faultfs.PendingOp // all of one file
	for _, tick := range s.Recording.CrashTicks() {
		some := slices.DeleteFunc(x.life.Point(tick).Ops(), func(p faultfs.PendingOp) bool { return opAt(x.life.TraceOf(p), p.Tick).Kind != faultfs.OpWrite })
		if len(some) > len(writes) {
			writes = some
		}
	}
	require.Greater(t, len(callsOf(writes)), 1)
	assert.Equal(t, 1, x.edges(writes))
	s = subjectOf(t, toy.NoDirSync)
	x.life = explore.NewLife(t.Context(), s, &explore.Failure{})
	most := 0
	for _, tick := range s.Recording.CrashTicks() {
		most = max(most, x.edges(x.life.Point(tick).Ops()))
	}
	assert.Greater(t, most, 1, "a directory and a file")
}

func TestAHangIsExplainedByWhereTheEngineWaits(t *testing.T) {
	t.Parallel()
	f := explore.Failure{}
	f.Class = "hang"
	f.Evidence = []string{
		"goroutine 7 [sync.Mutex.Lock]:", "sync.(*Mutex).Lock(...)", "  /usr/local/go/src/sync/mutex.go:46",
		"example.com/kv/wal.(*Log).Append(0x1)", "  /home/me/kv/wal/log.go:12 +0x1d", "example.com/kv.(*DB).Put(0x1)", "  /home/me/kv/db.go:7 +0x1d",
	}
	e := Explain(t.Context(), nil, &f)
	require.NotNil(t, e)
	assert.Equal(t, "the engine waits in the call of wal.(*Log).Append (`wal/log.go:12` from `kv/db.go:7`)", e.Sentence)
	f.Class = "panic"
	assert.Equal(t, "the engine panicked in the call of wal.(*Log).Append (`wal/log.go:12` from `kv/db.go:7`)", stopped(&f).Sentence)
	f.Class = "lost"
	assert.Nil(t, stopped(&f))
	f.Class, f.Evidence = "hang", nil
	assert.Nil(t, Explain(t.Context(), nil, &f))
}

package checker_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

var (
	strict = checker.Rule{Suffix: true, Atomic: true}
	liar   = checker.Rule{Lower: checker.NothingMustSurvive, Suffix: true, Atomic: true}
)

func TestDurabilityClasses(t *testing.T) {
	for _, row := range []struct {
		name, start, ops string
		cut              history.Cut
		rule             checker.Rule
		state, class     string
		sentence         string // of the violation
		about            []int
	}{
		{name: "an empty history leaves an empty store", ops: "0 1-2 flush", cut: at(3)},
		{
			name: "a synced commit is there", ops: "0 1-2 put a=1", cut: at(3), state: "a=1",
		},
		{
			name: "a synced commit is missing",
			ops:  "0 1-2 put a=1\n3 3-4 put a=2", cut: at(5), rule: strict, state: "a=1", class: "lost", about: []int{1},
			sentence: "commit #1 by client 3 (put a, synced, acknowledged at tick 4) is missing after the crash at tick 5: " +
				"a shows commit #0",
		},
		{
			name: "two synced commits are missing",
			ops:  "0 1-2 put a=1\n3 3-4 put b=2", cut: at(5), class: "lost", about: []int{0, 1},
			sentence: "commit #0 by client 0 (put a, synced, acknowledged at tick 2) is missing after the crash at tick 5: " +
				"a is absent (and 1 more commits are missing)",
		},
		{
			name: "what was acknowledged before a sync without writes is missing",
			ops:  "0 1-2 put/nosync a=1\n3 3-4 put/buffered b=1\n3 5-6 barrier", cut: at(7), state: "b=1", class: "lost", about: []int{0},
			sentence: "commit #0 by client 0 (put a, not synced, acknowledged at tick 2) is missing after the crash at tick 7: " +
				"a is absent, though a sync without writes or a close had been acknowledged after it at tick 6",
		},
		{
			name: "what was acknowledged during a sync without writes may be lost",
			ops:  "0 1-3 put/nosync a=1\n3 2-4 barrier", cut: at(5), rule: strict,
		},
		{
			name: "a sync without writes that was not acknowledged keeps nothing",
			ops:  "0 1-2 put/nosync a=1\n3 3-4 barrier/unknown\n3 5-8 barrier", cut: at(7), rule: strict,
		},
		{
			name: "a close that does not sync keeps nothing",
			ops:  "0 1-2 put/nosync a=1\n3 3-4 close/nosync", cut: at(7), rule: strict,
		},
		{
			name: "what was acknowledged before the store was closed is missing",
			ops:  "0 1-2 put/nosync a=1\n3 3-4 close", cut: at(7), rule: strict, state: "", class: "lost", about: []int{0},
			sentence: "commit #0 by client 0 (put a, not synced, acknowledged at tick 2) is missing after the crash at tick 7: " +
				"a is absent, though a sync without writes or a close had been acknowledged after it at tick 4",
		},
		{
			name: "a close that failed keeps nothing, nor does that of a session that only read what was left",
			ops:  "0 1-2 put/nosync a=1\n3 3-4 close/unknown\n3 5-6 open\n3 7-8 close", cut: at(9), rule: strict, state: "",
		},
		{
			name: "a sync without writes keeps what an earlier session left",
			ops:  "0 1-2 put/nosync a=1\n3 3-4 close/unknown\n3 5-6 open\n3 7-8 barrier", cut: at(9), rule: strict, state: "",
			class: "lost", about: []int{0},
			sentence: "commit #0 by client 0 (put a, not synced, acknowledged at tick 2) is missing after the crash at tick 9: " +
				"a is absent, though a sync without writes or a close had been acknowledged after it at tick 8",
		},
		{
			name: "the close of a later session keeps what it has acknowledged itself",
			ops:  "3 1-2 close\n3 3-4 open\n0 5-6 put/nosync a=1\n3 7-8 close\n3 9-10 open\n3 11-12 close", cut: at(13), rule: strict,
			class: "lost", about: []int{2},
			sentence: "commit #2 by client 0 (put a, not synced, acknowledged at tick 6) is missing after the crash at tick 13: " +
				"a is absent, though a sync without writes or a close had been acknowledged after it at tick 8",
		},
		{
			name: "a sync without writes keeps what came before it, and nothing that came after",
			ops:  "0 1-2 put/nosync a=1\n3 3-4 barrier\n0 5-6 put/nosync a=2", cut: at(7), rule: strict, state: "a=1",
		},
		{
			name: "a synced delete is missing", start: "a=0",
			ops: "0 1-2 delete a-", cut: at(3), state: "a=0", class: "lost", about: []int{0},
			sentence: "commit #0 by client 0 (delete a, synced, acknowledged at tick 2) is missing after the crash at tick 3: " +
				"a shows what it had at the start",
		},
		{
			name: "a synced commit may be overwritten by one in flight",
			ops:  "0 1-2 put a=1\n1 3-? put a=2", cut: at(4), rule: strict, state: "a=2",
		},
		{
			name: "either of two concurrent synced commits may be the later",
			ops:  "0 1-3 put a=1\n1 2-4 put a=2", cut: at(5), rule: strict, state: "a=1",
		},
		{
			name: "a delete in flight may hide a synced commit",
			ops:  "0 1-2 put a=1\n1 3-? delete a-", cut: at(4), rule: strict,
		},
		{
			name: "a commit that failed with an open result may take effect late",
			ops:  "0 1-2 put/unknown a=1\n1 3-4 put a=2", cut: at(5), rule: strict, state: "a=1",
		},
		{
			name: "an acknowledged delete of nothing need not have reached the disk",
			ops:  "0 1-2 put a=1\n0 3-4 delete b-", cut: history.Cut{Acked: 4, Called: 2}, rule: strict, state: "a=1",
		},
		{
			name: "an unsynced commit is missing although a later synced delete of nothing had to survive",
			ops:  "0 1-8 put a=1\n1 2-3 put/nosync c=1\n2 5-6 delete b-", cut: at(9), rule: strict, state: "a=1",
			class: "hole", about: []int{1, 2},
			sentence: "commit #1 by client 1 (put c, not synced, acknowledged at tick 3) is missing after the crash at " +
				"tick 9: " +
				"c is absent, yet commit #2 by client 2 (delete b, synced, acknowledged at tick 6), which was called after " +
				"#1 had returned, must be there",
		},
		{
			name: "an unsynced commit may be lost when power is cut",
			ops:  "0 1-2 put/nosync a=1", cut: at(3), rule: strict,
		},
		{
			name: "an unsynced commit must survive a killed process",
			ops:  "0 1-2 put/nosync a=1", cut: at(3), rule: checker.Rule{Lower: checker.AckedMustSurvive}, class: "lost",
			about: []int{0}, sentence: "commit #0 by client 0 (put a, not synced, acknowledged at tick 2) is missing " +
				"after the crash at tick 3: a is absent",
		},
		{
			name: "a buffered commit may be lost by a killed process",
			ops:  "0 1-2 put/buffered a=1", cut: at(3), rule: checker.Rule{Lower: checker.AckedMustSurvive},
		},
		{
			name: "a commit that had not been acknowledged may be lost",
			ops:  "0 1-4 put a=1", cut: at(3), rule: strict,
		},
		{
			name: "an initial pair has vanished", start: "a=0 b=0",
			ops: "0 1-2 put b=1", cut: at(3), state: "b=1", class: "lost",
			sentence: "a is missing after the crash at tick 3, although it was there at the start and nobody had deleted it",
		},
		{
			name: "a flipped bit",
			ops:  "0 1-2 put a=value-one-of-this", cut: at(3), state: "a=value-ond-of-this", class: "invented", about: []int{0},
			sentence: "a shows a value that nobody wrote to it after the crash at tick 3: value-ond-of-this; " +
				"1 of 17 bytes differ from commit #0, the first at offset 8",
		},
		{
			name: "a key nobody wrote",
			ops:  "0 1-2 put a=1", cut: at(3), state: "a=1 zz=?", class: "invented",
			sentence: "zz shows a value that nobody wrote to it after the crash at tick 3: ?",
		},
		{
			name: "a value under another key",
			ops:  "0 1-2 put a=1\n0 3-4 put b=2", cut: at(5), state: "a=2 b=2", class: "invented", about: []int{1},
			sentence: "a shows a value that nobody wrote to it after the crash at tick 5: 2; commit #1 wrote that value to b",
		},
		{
			name: "a rejected commit is there",
			ops:  "0 1-2 put/rejected a=1", cut: at(3), state: "a=1", class: "refused but present", about: []int{0},
			sentence: "a shows commit #0 by client 0 (put a, synced, refused at tick 2) after the crash at tick 3, " +
				"although the store had refused that commit",
		},
		{
			name: "a commit from after the crash",
			ops:  "0 1-2 put a=1\n0 4-5 put a=2", cut: at(3), state: "a=2", class: "from the future", about: []int{1},
			sentence: "a shows commit #1 by client 0 (put a, synced, acknowledged at tick 5) after the crash at tick 3, " +
				"although that commit was called only at tick 4",
		},
		{
			name: "half a batch that was in flight", start: "b=0",
			ops: "0 1-? batch a=1 b=1 c=1", cut: at(2), rule: strict, state: "a=1 b=0 c=1", class: "torn batch", about: []int{0},
			sentence: "commit #0 by client 0 (3 writes: put a, put b, put c, synced, called at tick 1 and never " +
				"answered) is there only in part after the crash at tick 2: a shows it, but b shows what it had at the start",
		},
		{
			name: "half a batch where atomic batches are not promised", start: "b=0",
			ops: "0 1-? batch a=1 b=1", cut: at(2), rule: checker.Rule{Suffix: true}, state: "a=1 b=0",
		},
		{
			name: "a batch that another commit overwrote in part",
			ops:  "0 1-4 batch a=1 b=1\n1 2-3 put b=2", cut: at(5), rule: strict, state: "a=1 b=2",
		},
		{
			name: "a batch of which only the delete shows", start: "a=0 b=0",
			ops: "0 1-? batch a- b=1", cut: at(2), rule: strict, state: "b=0", class: "torn batch", about: []int{0},
			sentence: "commit #0 by client 0 (2 writes: delete a, put b, synced, called at tick 1 and never " +
				"answered) is there only in part after the crash at tick 2: a shows it, but b shows what it had at the start",
		},
		{
			name: "two concurrent batches mixed",
			ops:  "0 1-3 batch a=1 b=1\n1 2-4 batch a=2 b=2", cut: at(5), rule: strict, state: "a=1 b=2", class: "torn batch",
			about: []int{0, 1},
			sentence: "commit #0 by client 0 (2 writes: put a, put b, synced, acknowledged at tick 3) and commit #1 " +
				"by client 1 (2 writes: put a, put b, synced, acknowledged at tick 4) are mixed after the crash at " +
				"tick 5: each shows where it overwrote the other",
		},
		{
			name: "an earlier commit is missing although a later one is there",
			ops:  "0 1-2 put/nosync a=1\n1 3-4 put/nosync b=1", cut: at(5), rule: strict, state: "b=1", class: "hole",
			about: []int{0, 1},
			sentence: "commit #0 by client 0 (put a, not synced, acknowledged at tick 2) is missing after the crash " +
				"at tick 5: " +
				"a is absent, yet commit #1 by client 1 (put b, not synced, acknowledged at tick 4), which was called after " +
				"#0 had returned, is there",
		},
		{
			name: "an unsynced commit is missing although a later synced one had to survive",
			ops:  "0 1-2 put/nosync a=1\n1 3-4 put b=1\n1 5-? put b=2", cut: at(6), rule: strict, state: "b=2", class: "hole",
			about: []int{0, 2},
			sentence: "commit #0 by client 0 (put a, not synced, acknowledged at tick 2) is missing after the crash " +
				"at tick 6: " +
				"a is absent, yet commit #2 by client 1 (put b, synced, called at tick 5 and never answered), which was called " +
				"after #0 had returned, is there",
		},
		{
			name: "a hole where no order is promised",
			ops:  "0 1-2 put/nosync a=1\n1 3-4 put/nosync b=1", cut: at(5), rule: checker.Rule{}, state: "b=1",
		},
		{
			name: "a missing commit that failed is not a hole",
			ops:  "0 1-2 put/unknown a=1\n1 3-4 put b=1", cut: at(5), rule: strict, state: "b=1",
		},
		{
			name: "a missing commit that was concurrent is not a hole",
			ops:  "0 1-4 put/nosync a=1\n1 3-5 put/nosync b=1", cut: at(6), rule: strict, state: "b=1",
		},
		{
			name: "a lying disk may lose a suffix",
			ops:  "0 1-2 put a=1\n0 3-4 put b=1", cut: at(5), rule: liar, state: "a=1",
		},
		{
			name: "a lying disk may not make a hole",
			ops:  "0 1-2 put a=1\n0 3-4 put b=1", cut: at(5), rule: liar, state: "b=1", class: "hole", about: []int{0, 1},
			sentence: "commit #0 by client 0 (put a, synced, acknowledged at tick 2) is missing after the crash at tick 5: " +
				"a is absent, yet commit #1 by client 0 (put b, synced, acknowledged at tick 4), which was called after #0 " +
				"had returned, is there",
		},
		{
			name: "a lying disk may lose what was overwritten before a barrier",
			ops:  "0 1-2 put/nosync a=1\n0 3-4 delete/nosync a-\n0 5-8 put/nosync a=2\n1 6-7 put/nosync b=1\n0 9-10 barrier",
			cut:  at(11), rule: liar, state: "b=1",
		},
		{
			name: "a key that was empty only before and after the rest of the state",
			ops: "0 1-2 put/nosync a=1\n0 3-4 put/nosync b=1\n0 5-6 delete/nosync a-\n0 7-8 put/nosync b=2\n" +
				"0 9-10 delete/nosync c-",
			cut: at(11), rule: strict, state: "a=1 b=2", class: "hole", about: []int{2, 3, 0},
			sentence: "commit #2 by client 0 (delete a, not synced, acknowledged at tick 6) is missing after the " +
				"crash at tick " +
				"11: a shows commit #0, yet commit #3 by client 0 (put b, not synced, acknowledged at tick 8), which was called " +
				"after #2 had returned, is there",
		},
		{
			name: "two keys that were never empty at the same time", start: "c=0",
			ops: "0 1-2 delete/nosync a-\n0 3-4 put/nosync a=1\n0 5-6 delete/nosync c-\n0 7-8 put/nosync c=1\n" +
				"0 9-10 delete/nosync a-\n0 11-12 put/nosync a=2\n0 13-14 delete/nosync c-",
			cut: at(15), rule: strict, class: "hole",
			sentence: "c is absent after the crash at tick 15, but whenever it was absent, the other keys looked different",
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := checker.NewDurability(parse(t, row.ops), pairs(row.start)).Judge(row.cut, pairs(row.state), row.rule)
			require.Equal(t, "durability", r.Judge)
			if row.class == "" {
				require.Equal(t, checker.Pass, r.Verdict, "%v", r.Violations)
				return
			}
			require.Equal(t, checker.Fail, r.Verdict)
			require.Equal(t, row.class, r.Violations[0].Class)
			require.Equal(t, row.sentence, r.Violations[0].Sentence)
			require.Equal(t, row.about, r.Violations[0].Ops)
		})
	}
}

func at(t history.Tick) history.Cut { return history.Cut{Acked: t, Called: t} }

func TestDurabilityCountsWhatMustSurvive(t *testing.T) {
	d := checker.NewDurability(parse(t, "0 1-3 put a=1\n1 2-9 put b=1\n0 4-5 put/nosync c=1\n0 6-7 put/buffered d=1"), nil)
	require.Equal(t, 0, d.AckedSynced(at(2)))
	require.Equal(t, 1, d.AckedSynced(at(3)))
	require.Equal(t, 2, d.AckedSynced(at(9)))
	require.Equal(t, 3, d.MustSurvive(at(9), checker.Rule{Lower: checker.AckedMustSurvive}))
	require.Equal(t, 0, d.MustSurvive(at(9), checker.Rule{Lower: checker.NothingMustSurvive}))
}

func TestDurabilityRefusesAHistoryItCannotJudge(t *testing.T) {
	for name, d := range map[string]*checker.Durability{
		"two operations at once":    checker.NewDurability(parse(t, "0 1-4 put a=1\n0 2-3 put b=1"), nil),
		"an answer before its call": checker.NewDurability(parse(t, "0 2-1 put a=1"), nil),
	} {
		t.Run(name, func(t *testing.T) {
			r := d.Judge(at(9), pairs("a=1"), strict)
			require.Equal(t, checker.Inconclusive, r.Verdict)
			require.NotEmpty(t, r.Reason)
		})
	}
}

// A value that was written more than once identifies none of its writers, but shows that nothing later is there.
func TestDurabilityWhereValuesRepeat(t *testing.T) {
	for _, row := range []struct {
		name, ops    string
		initial      *history.State
		state, class string
	}{
		{name: "the value is there", ops: "0 1-2 put a=1\n0 3-4 put a=1", state: "a=1"},
		{name: "all of them are lost", ops: "0 1-2 put a=1\n0 3-4 put a=1", class: "lost"},
		{name: "the initial value was written again", ops: "0 1-2 put a=1", initial: pairs("a=1"), state: "a=1"},
		{name: "a later value is lost", ops: "0 1-2 put a=1\n0 3-4 put a=1\n0 5-6 put a=2", state: "a=1", class: "lost"},
		{name: "a later value may be overwritten", ops: "0 1-2 put a=1\n0 3-4 put a=2\n0 5-6 put a=1", state: "a=1"},
		{
			name: "a later commit is there", ops: "0 1-2 put/buffered a=1\n0 3-4 put/buffered a=1\n0 5-6 put/buffered a=2\n0 7-8 put/buffered b=1",
			state: "a=1 b=1", class: "hole",
		},
		{name: "empty values", ops: "0 1-2 put a=\n0 3-4 put a=\n0 5-6 delete a-", class: "lost", state: "a="},
		{name: "a value that nobody wrote", ops: "0 1-2 put a=1\n0 3-4 put a=1", state: "a=2", class: "invented"},
		{name: "all writers of the value are from the future", ops: "0 11-12 put a=1\n0 13-14 put a=1", state: "a=1", class: "from the future"},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := checker.NewDurability(parse(t, row.ops), row.initial).Judge(at(9), pairs(row.state), strict)
			if row.class == "" {
				require.Equal(t, checker.Pass, r.Verdict, "%s %v", r.Reason, r.Violations)
				return
			}
			require.Equal(t, checker.Fail, r.Verdict, r.Reason)
			require.Equal(t, row.class, r.Violations[0].Class, "%v", r.Violations)
		})
	}
}

func TestDurabilityIsSafeForConcurrentUse(t *testing.T) {
	ops, initial, state := benchRun(false)
	d := checker.NewDurability(ops, initial)
	end := at(ops[len(ops)-1].Return)
	var wg sync.WaitGroup
	verdicts := make([][2]checker.Verdict, 8)
	times := 20
	if testing.Short() {
		times = 4
	}
	for i := range verdicts {
		wg.Go(func() {
			for range times {
				verdicts[i] = [2]checker.Verdict{
					d.Judge(end, state, strict).Verdict, d.Judge(end, &history.State{}, strict).Verdict,
				}
			}
		})
	}
	wg.Wait()
	for _, v := range verdicts {
		require.Equal(t, [2]checker.Verdict{checker.Pass, checker.Fail}, v)
	}
}

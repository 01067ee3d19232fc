package checker_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

func TestTheEvidenceOfAReadSaysHowItWasMade(t *testing.T) {
	ops := parse(t, "0 1-2 batch a=1 b=1 c=1 d=1\n0 3-4 batch a=2 b=2 c=2 d=2 e=2 f=2\n1 5-6 cursor a=2 b=2 c=2 d=2 e=2 f-")
	ops[2].ScanTo, ops[2].Prefix = []byte("x"), []byte("k")
	for i := range ops[2].Reads {
		ops[2].Reads[i].By = fmt.Sprintf("movement %d", i)
	}
	r := checker.CheckReads(ops, nil, checker.MayShow{})
	require.Equal(t, checker.Fail, r.Verdict)
	require.Equal(t, "f", string(r.Violations[0].Key))
	evidence := r.Violations[0].Evidence
	require.Equal(t, "#2 client 1 cursor to x with prefix k, called at tick 5, acked at tick 6, read f = nothing (movement 5), 5 more reads", evidence[len(evidence)-1])
	require.Equal(t, "#1 client 0 batch, called at tick 3, acked at tick 4, put f = 2, 5 more writes", evidence[0])
}

func TestTheEvidenceOfAKeyOutOfRangeHasTheRange(t *testing.T) {
	ops := parse(t, "0 1-2 batch a=1 b=1 c=1\n1 3-4 scan a=1 b=1 c=1")
	ops[1].ScanTo = []byte("c")
	r := checker.CheckReads(ops, nil, checker.MayShow{})
	require.Equal(t, checker.Fail, r.Verdict)
	require.Equal(t, []string{"#1 client 1 scan to c, called at tick 3, acked at tick 4, read b = 1, read c = 1, 1 more read"}, r.Violations[0].Evidence)
}

func TestReadClasses(t *testing.T) {
	for _, row := range []struct{ name, ops, class, sentence string }{
		{name: "nothing was read", ops: "0 1-2 put a=1"},
		{name: "a client reads its own write", ops: "0 1-2 put a=1\n0 3-4 get a=1"},
		{
			name: "a read that is concurrent with a write sees either",
			ops:  "0 1-2 put a=1\n0 3-6 put a=2\n1 4-5 get a=1\n2 7-8 get a=2",
		},
		{name: "an open write may become visible late", ops: "0 1-2 put/unknown a=1\n1 3-4 get a\n1 5-6 get a=1"},
		{name: "a cursor shows what was there when it was opened", ops: "0 1-2 put a=1\n1 3-4..9 cursor a=1 b-\n0 5-6 batch a=2 b=2"},
		{
			name: "a cursor shows what was written after it was opened", ops: "0 1-2 put a=1\n1 3-4..9 cursor a=1 b=2\n0 5-6 batch a=2 b=2",
			class: "from the future", sentence: "b shows commit #2 by client 0 (2 writes: put a, put b, synced, acknowledged at tick 6) " +
				"in cursor #1 by client 1 (ticks 3 to 4), although that commit was called only at tick 5",
		},
		{
			name: "a cursor does not show what was deleted after it was opened",
			ops:  "0 1-2 put a=1\n1 3-4..9 cursor a-\n0 5-6 delete a-", class: "stale read",
			sentence: "stale read in cursor #1 by client 1 (ticks 3 to 4): a is absent, although commit #0 by client 0 " +
				"(put a, synced, acknowledged at tick 2) had overwritten it before",
		},
		{
			name: "a client does not read its own write", ops: "0 1-2 put a=1\n0 3-4 get a-", class: "stale read",
			sentence: "stale read in get #1 by client 0 (ticks 3 to 4): a is absent, although commit #0 by client 0 " +
				"(put a, synced, acknowledged at tick 2) had overwritten it before",
		},
		{
			name: "an overwritten value comes back", ops: "0 1-2 put a=1\n1 3-4 put a=2\n2 5-6 get a=1", class: "stale read",
			sentence: "stale read in get #2 by client 2 (ticks 5 to 6): a shows commit #0, although commit #1 by client 1 " +
				"(put a, synced, acknowledged at tick 4) had overwritten it before",
		},
		{
			name: "a deleted value comes back", ops: "0 1-2 put a=1\n0 3-4 delete a\n2 5-6 get a=1", class: "stale read",
			sentence: "stale read in get #2 by client 2 (ticks 5 to 6): a shows commit #0, although commit #1 by client 0 " +
				"(delete a, synced, acknowledged at tick 4) had overwritten it before",
		},
		{
			name: "a read sees what was called later", ops: "0 1-2 get a=1\n1 3-4 put a=1", class: "from the future",
			sentence: "a shows commit #1 by client 1 (put a, synced, acknowledged at tick 4) in get #0 by client 0 " +
				"(ticks 1 to 2), " +
				"although that commit was called only at tick 3",
		},
		{
			name: "a read sees what was refused", ops: "0 1-2 txn/rejected | a=1\n1 3-4 get a=1", class: "refused but present",
			sentence: "a shows transaction #0 by client 0 (put a, synced, refused at tick 2) in get #1 by client 1 " +
				"(ticks 3 to 4), although the store had refused that commit",
		},
		{
			name: "a read sees garbage", ops: "0 1-2 put a=1\n1 3-4 get a=x", class: "invented",
			sentence: "a shows a value that nobody wrote to it in get #1 by client 1 (ticks 3 to 4): x",
		},
		{
			name: "a snapshot sees half a batch",
			ops:  "0 1-2 batch a=1 b=1\n0 3-6 batch a=2 b=2\n1 4-5 snapshot a=2 b=1", class: "torn read",
			sentence: "commit #1 by client 0 (2 writes: put a, put b, synced, acknowledged at tick 6) is there only in " +
				"part in snapshot #2 by client 1 (ticks 4 to 5): a shows it, but b shows commit #0",
		},
		{
			name: "a snapshot mixes two moments",
			ops:  "0 1-2 put a=1\n1 3-12 snapshot a=1 b=1\n0 4-5 put a=2\n2 6-7 put b=1", class: "inconsistent snapshot",
			sentence: "commit #2 by client 0 (put a, synced, acknowledged at tick 5) is missing in snapshot #1 by client 1 " +
				"(ticks 3 to 12): a shows commit #0, yet commit #3 by client 2 (put b, synced, acknowledged at tick 7), which " +
				"was called after #2 had returned, is there",
		},
		{
			name: "a transaction that lost may have read at two moments",
			ops:  "0 1-2 put a=1\n1 3-12 txn/rejected a=1 b=1\n0 4-5 put a=2\n2 6-7 put b=1",
		},
		{
			name: "a transaction reads its own writes", ops: "0 1-2 txn a=1 | a=1",
		},
		{
			name: "a scan misses a key", ops: "0 1-2 batch a=1 b=1 c=1\n1 3-4 scan a=1 c=1", class: "torn read",
			sentence: "commit #0 by client 0 (3 writes: put a, put b, put c, synced, acknowledged at tick 2) is there " +
				"only in part in scan #1 by client 1 (ticks 3 to 4): a shows it, but b is absent",
		},
		{
			name: "a scan is out of order", ops: "0 1-2 batch a=1 b=1\n1 3-4 scan b=1 a=1", class: "unordered scan",
			sentence: "scan #1 by client 1 yielded a key out of order or out of its range: b, then a",
		},
		{
			name: "a scan yields a key twice", ops: "0 1-2 put a=1\n1 3-4 scan a=1 a=1", class: "unordered scan",
			sentence: "scan #1 by client 1 yielded a key out of order or out of its range: a, then a",
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := checker.CheckReads(parse(t, row.ops), nil, checker.MayShow{})
			if row.class == "" {
				require.Equal(t, checker.Pass, r.Verdict, "%v", r.Violations)
				return
			}
			require.Equal(t, checker.Fail, r.Verdict)
			require.Equal(t, row.class, r.Violations[0].Class)
			require.Equal(t, row.sentence, r.Violations[0].Sentence)
			require.LessOrEqual(t, len(r.Violations[0].Evidence), 12)
		})
	}
}

func TestScanOfARangeSaysNothingAboutOtherKeys(t *testing.T) {
	ops := parse(t, "0 1-2 batch a=1 b=1 c=1\n1 3-4 scan b=1")
	ops[1].ScanFrom, ops[1].ScanTo = []byte("b"), []byte("c")
	require.Equal(t, checker.Pass, checker.CheckReads(ops, nil, checker.MayShow{}).Verdict)
	ops[1].ScanTo = []byte("cc")
	require.Equal(t, checker.Fail, checker.CheckReads(ops, nil, checker.MayShow{}).Verdict)
	ops[1].ScanFrom, ops[1].ScanTo = []byte("aa"), []byte("b")
	require.Equal(t, "unordered scan", checker.CheckReads(ops, nil, checker.MayShow{}).Violations[0].Class, "b is out of range")
}

// TestLegalReadsPass judges the answers of a correct store. TestAWrongReadFails changes one answer to a single client.
func TestLegalReadsPass(t *testing.T) {
	for seed := range uint64(1500) {
		rng := rand.New(rand.NewPCG(seed, 3))
		sim := simulate(rng, shape{
			clients: 1 + rng.IntN(4), steps: 1 + rng.IntN(20), keys: 2 + rng.IntN(2), batches: true, reads: true,
			unknown: rng.IntN(2) == 0, repeats: seed%3 == 0,
		})
		r := checker.CheckReads(sim.ops, sim.initial, checker.MayShow{})
		require.Equal(t, checker.Pass, r.Verdict, "seed %d: %v\n%+v", seed, r.Violations, sim.ops)
		r = checker.Linearizability(t.Context(), sim.ops, sim.initial, nil, nil, checker.Limits{Clients: 30})
		require.Equal(t, checker.Pass, r.Verdict, "seed %d: %v %v\n%+v", seed, r.Reason, r.Violations, sim.ops)
	}
}

func TestAWrongReadFails(t *testing.T) {
	wrong := 0
	for seed := range uint64(2000) {
		rng := rand.New(rand.NewPCG(seed, 4))
		sim := simulate(rng, shape{clients: 1, steps: 10, keys: 2, reads: true})
		var values [][]byte
		for _, op := range sim.ops {
			for _, w := range op.Writes {
				values = append(values, w.Value)
			}
		}
		read := sim.anyRead(rng)
		if read == nil || len(values) == 0 {
			continue
		}
		value := values[rng.IntN(len(values))]
		if string(value) == string(read.Value) && read.Found == (value != nil) {
			continue
		}
		read.Value, read.Found = value, value != nil
		wrong++
		require.Equal(t, checker.Fail, checker.CheckReads(sim.ops, sim.initial, checker.MayShow{}).Verdict, "seed %d\n%+v", seed, sim.ops)
		if known(sim, read) {
			r := checker.Linearizability(t.Context(), sim.ops, sim.initial, nil, nil, checker.Limits{})
			require.Equal(t, checker.Fail, r.Verdict, "seed %d\n%+v", seed, sim.ops)
		}
	}
	require.Greater(t, wrong, 500)
}

// known reports whether the key of a read ever existed. Other keys have no place in any order.
func known(sim *simulation, read *history.Read) bool {
	if _, loaded := contents(sim.initial)[string(read.Key)]; loaded {
		return true
	}
	for _, op := range sim.ops {
		for _, w := range op.Writes {
			if string(w.Key) == string(read.Key) {
				return true
			}
		}
	}
	return false
}

func (sim *simulation) anyRead(rng *rand.Rand) *history.Read {
	for _, i := range rng.Perm(len(sim.ops)) {
		if reads := sim.ops[i].Reads; len(reads) == 1 {
			return &reads[0]
		}
	}
	return nil
}

// A store that may answer with old values still shows only what was there.
func TestLateReads(t *testing.T) {
	late := parse(t, "0 1-2 put a=1\n0 3-4 put a=2\n1 5-6 get a=1")
	require.Equal(t, checker.Fail, checker.CheckReads(late, nil, checker.MayShow{}).Verdict)
	require.Equal(t, checker.Pass, checker.CheckReads(late, nil, checker.MayShow{Late: true}).Verdict)
	invented := parse(t, "0 1-2 put a=1\n1 5-6 get a=7")
	require.Equal(t, "invented", checker.CheckReads(invented, nil, checker.MayShow{Late: true}).Violations[0].Class)
}

func TestABatchMayBeSeenInPartUnlessAtomicityIsPromised(t *testing.T) {
	torn := checker.MayShow{Torn: true}
	half := "0 1-2 batch a=1 b=1\n0 3-6 %s\n1 4-5 snapshot a=2 b=1"
	require.Equal(t, checker.Pass, checker.CheckReads(parse(t, fmt.Sprintf(half, "batch a=2 b=2")), nil, torn).Verdict)
	require.Equal(t, "torn read", checker.CheckReads(parse(t, fmt.Sprintf(half, "txn | a=2 b=2")), nil, torn).Violations[0].Class)
	over := parse(t, "0 1-2 batch a=1 b=1\n0 3-6 batch a=2 b=2\n1 7-8 scan a=2 b=1")
	require.Equal(t, "stale read", checker.CheckReads(over, nil, torn).Violations[0].Class, "what was acknowledged must be there")
	require.Equal(t, checker.Pass, checker.CheckReads(over, nil, checker.MayShow{Torn: true, Late: true}).Verdict)
}

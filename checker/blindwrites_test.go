package checker_test

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// blindWrites simulates transactions that write registers without having read them, which is how databases are mostly
// tested. Each takes effect at one moment between call and answer, so the order of the answers is not that of the
// effects.
func blindWrites(rng *rand.Rand, n int) (ops []history.Op) {
	store := map[string]string{}
	flying, done := map[int]int{}, map[int]bool{}
	var tick history.Tick
	for started := 0; started < n || len(flying) > 0; {
		client := rng.IntN(8)
		id, busy := flying[client]
		switch {
		case !busy && started < n:
			tick++
			op := history.Op{ID: len(ops), Client: client, Kind: history.Txn, Call: tick, Return: history.Never, Outcome: history.Acked}
			for range 1 + rng.IntN(4) {
				key := []byte("k" + strconv.Itoa(started/100+rng.IntN(6)))
				if rng.IntN(2) == 0 {
					op.Order, op.Reads = op.Order+"r", append(op.Reads, history.Read{Key: key})
					continue
				}
				value := []byte(strconv.Itoa(10*started + len(op.Writes)))
				op.Order, op.Writes = op.Order+"w", append(op.Writes, history.Write{Key: key, Value: value})
			}
			ops, flying[client] = append(ops, op), len(ops)
			started++
		case busy && !done[id]:
			done[id] = true
			reads, writes := 0, 0
			for _, what := range ops[id].Order {
				if what == 'w' {
					store[string(ops[id].Writes[writes].Key)] = string(ops[id].Writes[writes].Value)
					writes++
					continue
				}
				r := &ops[id].Reads[reads]
				value, found := store[string(r.Key)]
				r.Value, r.Found = []byte(value), found
				reads++
			}
		case busy:
			tick++
			ops[id].Return = tick
			delete(flying, client)
		}
	}
	return ops
}

func TestBlindWritesToRegistersAreJudgedByRealTime(t *testing.T) {
	levels := []checker.Level{checker.RepeatableRead, checker.SnapshotIsolation, checker.Serializable, checker.StrictSerializable}
	for seed := range uint64(2) {
		rng := rand.New(rand.NewPCG(seed, 1))
		ops := blindWrites(rng, 1000)
		for _, level := range levels {
			r := checker.RegisterIsolation(t.Context(), ops, nil, level, checker.Limits{})
			require.Equal(t, checker.Pass, r.Verdict, "seed %d at %s: %s %v", seed, level, r.Reason, r.Violations)
		}
		stale(ops)
		r := checker.RegisterIsolation(t.Context(), ops, nil, checker.StrictSerializable, checker.Limits{})
		require.Equal(t, checker.Fail, r.Verdict, "seed %d: %s", seed, r.Reason)
		require.Contains(t, r.Violations[0].Class, "-realtime")
	}
}

// stale gives a late read of a key the value that the first read of the key found and that has been overwritten since.
func stale(ops []history.Op) {
	first := map[string]*history.Read{}
	for i := 400; i < 700; i++ {
		op := &ops[i]
		for j := range op.Reads {
			r := &op.Reads[j]
			if f := first[string(r.Key)]; f != nil && i > 480 && r.Found && string(f.Value) != string(r.Value) && len(op.Reads)+len(op.Writes) == 1 {
				r.Value = f.Value
				return
			} else if f == nil && r.Found {
				first[string(r.Key)] = r
			}
		}
	}
}

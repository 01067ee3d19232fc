package checker_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/leanovate/gopter"
	"github.com/leanovate/gopter/gen"
	"github.com/leanovate/gopter/prop"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// listStore simulates a correct store. A transaction reads the state at the moment at which it was called, and commits
// unless somebody has since written what it wrote or, at the serializable level, what it read.
type listStore struct {
	rng      *rand.Rand
	ops      []history.Op
	tick     history.Tick
	versions map[string][]listVersion
	commits  []int // IDs, in order
	elements int
}

type listVersion struct {
	commit int // the number of commits at that moment
	value  []byte
}

// flight is a transaction in flight.
type flight struct {
	id, snapshot int
	steps        []string // "r" or "w" and the list
	own          map[string][]byte
}

// simulateLists runs transactions of several clients over lists. Now and then a new list comes into use.
func simulateLists(rng *rand.Rand, clients, transactions int) *listStore {
	s := &listStore{rng: rng, versions: map[string][]listVersion{}, ops: make([]history.Op, 0, transactions)}
	flying := make([]*flight, clients)
	for begun := 0; begun < transactions || slices.ContainsFunc(flying, func(f *flight) bool { return f != nil }); {
		c := rng.IntN(clients)
		switch f := flying[c]; {
		case f == nil && begun < transactions:
			flying[c] = s.begin(c, begun)
			begun++
		case f == nil:
		case len(f.steps) > 0:
			s.step(f)
		default:
			s.commit(f)
			flying[c] = nil
		}
	}
	return s
}

func (s *listStore) begin(client, n int) *flight {
	s.tick++
	op := history.Op{ID: len(s.ops), Client: client, Kind: history.Txn, Call: s.tick, Return: history.Never}
	op.Isolation = history.Isolation(s.rng.IntN(2))
	s.ops = append(s.ops, op)
	f := &flight{id: op.ID, snapshot: len(s.commits), own: map[string][]byte{}}
	for range 1 + s.rng.IntN(4) {
		key := "x" + strconv.Itoa(n/40+s.rng.IntN(1+s.rng.IntN(5)))
		if f.steps = append(f.steps, "r"+key); s.rng.IntN(2) == 0 {
			f.steps = append(f.steps, "w"+key)
		}
	}
	return f
}

func (s *listStore) read(f *flight, key string) []byte {
	if own, wrote := f.own[key]; wrote {
		return own
	}
	for _, v := range slices.Backward(s.versions[key]) {
		if v.commit <= f.snapshot {
			return v.value
		}
	}
	return nil
}

func (s *listStore) step(f *flight) {
	op, key := &s.ops[f.id], f.steps[0][1:]
	value := s.read(f, key)
	if f.steps[0][0] == 'r' {
		op.Order += "r"
		op.Reads = append(op.Reads, history.Read{Key: []byte(key), Value: value, Found: value != nil})
	} else {
		op.Order += "w"
		s.elements++
		f.own[key] = join(value, s.elements)
		op.Writes = append(op.Writes, history.Write{Key: []byte(key), Value: f.own[key]})
	}
	f.steps = f.steps[1:]
}

func join(value []byte, element int) []byte {
	if value == nil {
		return strconv.AppendInt(nil, int64(element), 10)
	}
	return fmt.Appendf(nil, "%s,%d", value, element)
}

func (s *listStore) commit(f *flight) {
	op := &s.ops[f.id]
	s.tick++
	op.Return, op.Outcome = s.tick, history.Acked
	newer := func(key []byte) bool {
		v := s.versions[string(key)]
		return len(v) > 0 && v[len(v)-1].commit > f.snapshot
	}
	conflict := slices.ContainsFunc(op.Writes, func(w history.Write) bool { return newer(w.Key) })
	if op.Isolation == history.Serializable && len(op.Writes) > 0 {
		conflict = conflict || slices.ContainsFunc(op.Reads, func(r history.Read) bool { return newer(r.Key) })
	}
	if conflict {
		op.Outcome = history.Rejected
		return
	}
	if s.rng.IntN(20) == 0 { // the answer is lost, and every other time the commit too
		op.Outcome = history.Unknown
		if s.rng.IntN(2) == 0 {
			return
		}
	}
	if len(f.own) > 0 {
		s.commits = append(s.commits, f.id)
	}
	for key, value := range f.own {
		s.versions[key] = append(s.versions[key], listVersion{len(s.commits), value})
	}
}

// recovered returns the lists after the given number of commits.
func (s *listStore) recovered(commits int) *history.State {
	store := map[string]string{}
	for key := range s.versions {
		if v := s.read(&flight{snapshot: commits}, key); v != nil {
			store[key] = string(v)
		}
	}
	return stateOf(store)
}

// plants are anomalies to plant in a history of listStore. Each returns false if it does not fit anywhere in the history.
var plants = []struct {
	name  string
	plant func(s *listStore) bool
}{
	{"an older list is read", func(s *listStore) bool {
		return s.any(func(op *history.Op) bool {
			return s.anyRead(op, func(r *history.Read) bool {
				i := bytes.LastIndexByte(r.Value, ',')
				if op.Writes != nil || op.Isolation != history.Serializable || i < 0 || !s.answeredBefore(r, op.Call) {
					return false
				}
				for k := range op.Reads { // all its reads of the list, lest the transaction contradict itself
					if bytes.Equal(op.Reads[k].Key, r.Key) {
						op.Reads[k].Value = r.Value[:i]
					}
				}
				return true
			})
		})
	}},
	{"two elements are read in another order", func(s *listStore) bool {
		return s.any(func(op *history.Op) bool {
			return s.anyRead(op, func(r *history.Read) bool {
				parts := bytes.Split(r.Value, []byte(","))
				if len(parts) < 2 {
					return false
				}
				parts[0], parts[1] = parts[1], parts[0]
				r.Value = bytes.Join(parts, []byte(","))
				return true
			})
		})
	}},
	{"a transaction that was read is refused", func(s *listStore) bool {
		return s.any(func(op *history.Op) bool {
			if len(op.Writes) == 0 || !s.wasRead(op.Writes[0].Value, op.ID) {
				return false
			}
			s.ops[op.ID].Outcome = history.Rejected
			return true
		})
	}},
	{"an update is made twice", func(s *listStore) bool {
		return s.any(func(op *history.Op) bool {
			if len(op.Writes) == 0 || !bytes.Equal(op.Reads[0].Key, op.Writes[0].Key) || op.Order[:2] != "rw" {
				return false
			}
			again := *op
			s.elements++
			again.Order, again.Reads = "rw", op.Reads[:1]
			again.Writes = []history.Write{{Key: op.Writes[0].Key, Value: join(op.Reads[0].Value, s.elements)}}
			again.ID, again.Client = len(s.ops), 1000
			again.Call, again.Return = s.tick+1, s.tick+2
			s.ops = append(s.ops, again)
			return true
		})
	}},
}

// any tries change on committed transactions, starting with a random one, until it succeeds.
func (s *listStore) any(change func(op *history.Op) bool) bool {
	start := s.rng.IntN(len(s.ops))
	for i := range s.ops {
		if op := &s.ops[(start+i)%len(s.ops)]; op.Outcome == history.Acked && change(op) {
			return true
		}
	}
	return false
}

func (s *listStore) anyRead(op *history.Op, change func(*history.Read) bool) bool {
	for i := range op.Reads {
		if change(&op.Reads[i]) {
			return true
		}
	}
	return false
}

// answeredBefore reports whether the writer of the list that was read had been answered by the tick.
func (s *listStore) answeredBefore(r *history.Read, t history.Tick) bool {
	for i := range s.ops {
		for _, w := range s.ops[i].Writes {
			if bytes.Equal(w.Key, r.Key) && bytes.Equal(w.Value, r.Value) {
				return s.ops[i].Outcome == history.Acked && s.ops[i].Return < t
			}
		}
	}
	return false
}

func (s *listStore) wasRead(value []byte, by int) bool {
	return slices.ContainsFunc(s.ops, func(op history.Op) bool {
		return op.ID != by && op.Outcome == history.Acked && slices.ContainsFunc(op.Reads, func(r history.Read) bool {
			return bytes.Equal(r.Value, value)
		})
	})
}

// Histories of a correct store pass, live and after every crash that loses a suffix. With an anomaly planted they
// fail. A crash that loses something other than a suffix fails if the history shows it.
func TestIsolationOfSimulations(t *testing.T) {
	parameters := gopter.DefaultTestParameters()
	parameters.Workers = 1
	if testing.Short() {
		parameters.MinSuccessfulTests = 30
	}
	properties := gopter.NewProperties(parameters)
	simulated := func(seed uint64) *listStore {
		rng := rand.New(rand.NewPCG(seed, 1))
		return simulateLists(rng, 1+rng.IntN(6), 20+rng.IntN(200))
	}
	properties.Property("a correct store passes", prop.ForAll(func(seed uint64) string {
		s := simulated(seed)
		j := checker.NewIsolation(s.ops, textLists, checker.StrictSerializable)
		if r := j.JudgeHistory(); r.Verdict != checker.Pass {
			return r.Reason + fmt.Sprint(r.Violations)
		}
		for n := range len(s.commits) + 1 {
			r := j.JudgeState(history.Cut{Acked: s.tick, Called: s.tick}, s.recovered(n), checker.Rule{Suffix: true, Atomic: true})
			if r.Verdict != checker.Pass {
				return fmt.Sprintf("after %d of %d commits: %+v", n, len(s.commits), r.Violations)
			}
		}
		return ""
	}, gen.UInt64()))
	planted := map[string]int{}
	for _, p := range plants {
		properties.Property(p.name, prop.ForAll(func(seed uint64) bool {
			s := simulated(seed)
			if !p.plant(s) {
				return true
			}
			planted[p.name]++
			return checker.NewIsolation(s.ops, textLists, checker.StrictSerializable).JudgeHistory().Verdict == checker.Fail
		}, gen.UInt64()))
	}
	properties.TestingRun(t)
	for _, p := range plants {
		require.Greater(t, planted[p.name], parameters.MinSuccessfulTests/2, p.name)
	}
}

package evidence

import (
	"math"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/seal"
)

func TestKeptPartsAreInTheToken(t *testing.T) {
	t.Parallel()
	s := plan.Spec{
		Workload: "kv", Fault: "power", Profile: "posix-min", Seed: 7, Size: workloads.Size{Clients: 3, Ops: 20, Keys: 500, ValueBytes: 100},
		Keep: &plan.Keep{Load: []int{0, 3}, Batch: 4, Steps: []int{2, 17, 300}, Alone: true, Rules: []string{"eio write nth=3"}},
	}
	target, got, at, err := DecodeToken(Token("toy", s, Place{Tick: 9}), []contract.Target{toy.Target(toy.Correct)})
	require.NoError(t, err)
	assert.Equal(t, "toy", target.Name)
	assert.Equal(t, s, got)
	assert.Equal(t, Place{Tick: 9}, at)
}

// Without the limits, each of these would panic or take all memory when replayed.
func TestATokenBeyondALimitIsRefused(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*plan.Spec){
		"ops is 2147483647;":                    func(s *plan.Spec) { s.Size.Ops = math.MaxInt },
		"ops is 2147483647; give a number":      func(s *plan.Spec) { s.Size.Ops = -1 },
		"clients × ops is 256 × 100000":         func(s *plan.Spec) { s.Size.Clients, s.Size.Ops = 256, 100_000 },
		"value_bytes is 1073741824":             func(s *plan.Spec) { s.Size.ValueBytes = 1 << 30 },
		"an element of keep.load is 2147483647": func(s *plan.Spec) { s.Keep = &plan.Keep{Load: []int{5, -5}} },
		"an element of keep.steps is 214748364": func(s *plan.Spec) { s.Keep = &plan.Keep{Steps: []int{-1 << 63}} },
		"the text of the rule has 3000 bytes":   func(s *plan.Spec) { s.Keep = &plan.Keep{Rules: []string{strings.Repeat("x", 3000)}} },
		"it has 160":                            func(s *plan.Spec) { s.Keep = &plan.Keep{Steps: make([]int, 100_000)} },
	} {
		s := plan.Spec{Workload: "kv", Fault: "power", Profile: "posix-min", Seed: 7, Size: workloads.Size{Clients: 1, Ops: 3}}
		change(&s)
		_, _, _, err := DecodeToken(Token("toy", s, Place{}), []contract.Target{toy.Target(toy.Correct)})
		require.ErrorIs(t, err, ErrBadToken, want)
		assert.ErrorContains(t, err, want)
		assert.Less(t, len(err.Error()), 600, "a long token is not shown in full")
	}
}

// FuzzDecodeToken reads arbitrary packed bytes with the right checksum. The decoder returns a spec within the limits
// or ErrBadToken, and takes little memory.
func FuzzDecodeToken(f *testing.F) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, s := range []plan.Spec{
		{Workload: "kv", Fault: "power", Profile: "posix-min", Seed: 7, Size: workloads.Size{Clients: 1, Ops: 3}},
		{
			Workload: "bank", Fault: "eio write nth=3", Profile: "xfs", Device: "tear=byte", Seed: rng.Uint64(),
			Keep: &plan.Keep{Load: []int{1, 2}, Steps: []int{3, 9}, Rules: []string{"eio write nth=3"}},
		},
	} {
		packed, err := seal.Open(Token("toy", s, Place{Tick: 4})[len(TokenPrefix):])
		if err != nil {
			f.Fatal(err)
		}
		f.Add(packed)
	}
	targets := []contract.Target{toy.Target(toy.Correct)}
	f.Fuzz(func(t *testing.T, packed []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, s, _, err := DecodeToken(TokenPrefix+seal.Text(packed), targets)
		runtime.ReadMemStats(&after)
		require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20+64*len(packed)))
		if err != nil {
			require.ErrorIs(t, err, ErrBadToken)
			return
		}
		require.NoError(t, s.Check())
	})
}

func TestTokensCarryTheModel(t *testing.T) {
	for _, want := range []plan.Spec{
		{Workload: "register", Fault: "power", Profile: "posix-min", Seed: 1},
		{Workload: "register", Fault: "power", Profile: "xfs", Seed: 1<<64 - 1},
		{Workload: "register", Fault: "eio write", Profile: "btrfs", Device: "sector=4096 ignore-flush=9", Seed: 3},
	} {
		_, got, at, err := DecodeToken(Token("toy", want, Place{Tick: 5, Nested: 6}), []contract.Target{toy.Target(toy.Correct)})
		require.NoError(t, err)
		assert.Equal(t, want, got)
		assert.Equal(t, Place{Tick: 5, Nested: 6}, at)
	}
}

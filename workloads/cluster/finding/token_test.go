package finding_test

import (
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/cluster"
	"github.com/lightningdb/lightning-torture/workloads/cluster/finding"
	"github.com/lightningdb/lightning-torture/workloads/torture/seal"
)

func example() cluster.Spec {
	return cluster.Spec{
		Seed: 1 << 63, Steps: 4000, Nodes: 3, Clients: 4, Profile: faultfs.LoseAll(), Wanted: cluster.WordVote,
		Events: []cluster.Event{
			{Kind: cluster.Linger, Node: 2},
			{Step: 12, Kind: cluster.PowerCut, Node: 1},
			{Step: 12, Kind: cluster.Late, Node: 1, To: 3, N: 2},
			{Step: 3999, Kind: cluster.Op, Node: 4},
		},
		Skip: []cluster.Range{{From: 1, To: 12}, {From: 20, To: 4001}},
	}
}

func TestATokenHoldsARun(t *testing.T) {
	t.Parallel()
	whole := example()
	token := finding.Token(&whole)
	for _, written := range []string{token, strings.ToLower(token), " " + token + "\n"} {
		got, err := finding.ParseToken(written)
		require.NoError(t, err)
		assert.Equal(t, whole, got)
	}
	assert.Less(t, len(token), 120)
}

func TestATokenOfNoRunIsRefused(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(s *cluster.Spec){
		"too many steps":         func(s *cluster.Spec) { s.Steps = finding.MaxSteps + 1 },
		"no step":                func(s *cluster.Spec) { s.Steps, s.Events, s.Skip = 0, nil, nil },
		"too many nodes":         func(s *cluster.Spec) { s.Nodes = finding.MaxNodes + 1 },
		"too many clients":       func(s *cluster.Spec) { s.Clients = finding.MaxNodes + 1 },
		"an unknown profile":     func(s *cluster.Spec) { s.Profile.Name = "fat" },
		"an unknown promise":     func(s *cluster.Spec) { s.Wanted = "wealth" },
		"an event after the end": func(s *cluster.Spec) { s.Events[3].Step = 4001 },
		"unsorted events":        func(s *cluster.Spec) { s.Events[1], s.Events[2] = s.Events[2], s.Events[1] },
		"an event twice":         func(s *cluster.Spec) { s.Events[2] = s.Events[1] },
		"an unknown event":       func(s *cluster.Spec) { s.Events[2].Kind = 99 },
		"a node far away":        func(s *cluster.Spec) { s.Events[1].Node = 1 << 40 },
		"empty range":            func(s *cluster.Spec) { s.Skip[0].To = 1 },
		"a range after the end":  func(s *cluster.Spec) { s.Skip[1].To = 4002 },
	} {
		s := example()
		change(&s)
		_, err := finding.ParseToken(finding.Token(&s))
		assert.ErrorIs(t, err, finding.ErrBadToken, name)
	}
	whole := example()
	token := finding.Token(&whole)
	for _, bad := range []string{"", "CT1-", "LT2" + token[3:], token[:20], token[:len(token)-1], token + "00", "CT1-" + strings.Repeat("Z", finding.MaxTokenBytes)} {
		_, err := finding.ParseToken(bad)
		assert.ErrorIs(t, err, finding.ErrBadToken, bad[:min(len(bad), 40)])
	}
	_, err := finding.ParseToken("CT1-" + strings.Repeat("Z", finding.MaxTokenBytes))
	assert.Less(t, len(err.Error()), 200)
}

// Parsing allocates no memory for what a token claims to contain but does not.
func FuzzParseToken(f *testing.F) {
	whole := example()
	packed, err := seal.Open(finding.Token(&whole)[len(finding.TokenPrefix):])
	if err != nil {
		f.Fatal(err)
	}
	f.Add(packed)
	f.Add(packed[:10])
	rng := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		damaged := append([]byte{}, packed...)
		damaged[rng.IntN(len(damaged))] ^= 1 << rng.IntN(8)
		f.Add(damaged)
	}
	f.Fuzz(func(t *testing.T, packed []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		spec, err := finding.ParseToken(finding.TokenPrefix + seal.Text(packed))
		runtime.ReadMemStats(&after)
		require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20+200*len(packed)))
		if err != nil {
			require.ErrorIs(t, err, finding.ErrBadToken)
			return
		}
		again, err := finding.ParseToken(finding.Token(&spec))
		require.NoError(t, err)
		require.Equal(t, spec, again)
	})
}

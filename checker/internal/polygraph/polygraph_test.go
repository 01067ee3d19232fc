package polygraph

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// bruteForce tries all sides of all choices.
func bruteForce(p *Problem) Outcome {
	for sides := range 1 << len(p.Choices) {
		all := &Problem{Nodes: p.Nodes, Arcs: append([]Arc(nil), p.Arcs...)}
		for c := range p.Choices {
			all.Arcs = append(all.Arcs, p.Choices[c][sides>>c&1]...)
		}
		if _, ok := all.Order(func(a, b int32) bool { return a < b }); ok {
			return Possible
		}
	}
	return Impossible
}

func TestSolveAgreesWithBruteForce(t *testing.T) {
	seen := map[Outcome]int{}
	guessed, stuck := 0, 0
	for seed := range 3000 {
		rng := rand.New(rand.NewPCG(uint64(seed), 3))
		p := &Problem{Nodes: 2 + rng.IntN(8), Budget: 1 << 30}
		arc := func() Arc { return Arc{int32(rng.IntN(p.Nodes)), int32(rng.IntN(p.Nodes))} }
		for range rng.IntN(p.Nodes) {
			if a := arc(); a.From != a.To && (a.From < a.To || rng.IntN(10) == 0) {
				p.Arcs = append(p.Arcs, a)
			}
		}
		for range rng.IntN(9) {
			var c Choice
			for side := range c {
				for range 1 + rng.IntN(2) {
					if a := arc(); a.From != a.To {
						c[side] = append(c[side], a)
					}
				}
			}
			p.Choices = append(p.Choices, c)
		}
		want, got := bruteForce(p), p.Solve()
		require.Equal(t, want, got.Outcome, "seed %d: %+v", seed, p)
		seen[want]++
		switch {
		case got.Stuck >= 0:
			stuck++
			for _, side := range p.Choices[got.Stuck] { // both sides close a cycle with the certain arcs
				all := &Problem{Nodes: p.Nodes, Arcs: append(append(append([]Arc(nil), p.Arcs...), got.Certain...), side...)}
				_, ok := all.Order(func(a, b int32) bool { return a < b })
				require.False(t, ok, "seed %d", seed)
			}
		case want == Impossible && got.Stuck == -2:
			guessed++
		}
	}
	require.Greater(t, seen[Possible], 300)
	require.Greater(t, seen[Impossible], 300)
	require.Positive(t, stuck)
	require.Positive(t, guessed)
}

func TestSolveIsUndecidedWhenItsBudgetRunsOut(t *testing.T) {
	// There is a choice for every pair of nodes: which of the two comes first.
	p := &Problem{Nodes: 40, Budget: 300}
	for a := range int32(40) {
		for b := range a {
			p.Choices = append(p.Choices, Choice{{{a, b}}, {{b, a}}})
		}
	}
	require.Equal(t, Undecided, p.Solve().Outcome)
	p.Budget = 1 << 20
	require.Equal(t, Possible, p.Solve().Outcome)
}

func TestOrderBreaksTiesByLess(t *testing.T) {
	p := &Problem{Nodes: 5, Arcs: []Arc{{4, 0}, {3, 1}}}
	order, ok := p.Order(func(a, b int32) bool { return a < b })
	require.True(t, ok)
	require.Equal(t, []int32{2, 3, 1, 4, 0}, order)
	p.Arcs = append(p.Arcs, Arc{0, 4})
	_, ok = p.Order(func(a, b int32) bool { return a < b })
	require.False(t, ok)
	require.Equal(t, Answer{Outcome: Impossible, Stuck: -1}, p.Solve())
}

func TestCoreIsCyclesAndWhatLiesBetweenThem(t *testing.T) {
	// 0 leads to the cycle of 1 and 2, which leads through 3 to the cycle of 4 and 5, which leads to 6; 7 leads to 8.
	p := &Problem{Nodes: 9, Arcs: []Arc{{0, 1}, {1, 2}, {2, 1}, {2, 3}, {3, 4}, {4, 5}, {5, 4}, {5, 6}, {7, 8}}}
	require.Equal(t, []bool{false, true, true, true, true, true, false, false, false}, p.Core())
	p.Arcs = []Arc{{0, 1}, {1, 2}}
	require.NotContains(t, p.Core(), true)
}

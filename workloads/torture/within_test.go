package torture

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
)

// onePut returns a case with one synced commit.
var onePut = Case{
	Script: workloads.Script{
		Workload: "register", Size: workloads.Size{Clients: 1}, Clients: [][]workloads.Step{{}},
		Preload: [][]history.Write{{{Key: []byte("k"), Value: []byte("v")}}},
	},
	Fault: "power",
}

func TestACaseRunsOnTheTargetOfAnotherTest(t *testing.T) {
	var ran []string
	run := func(t *testing.T, name string, bug toy.Bug) {
		t.Helper()
		r := Run(t, toy.Target(bug), Options{Rounds: 1})
		if r.Images > 0 {
			ran = append(ran, name)
		}
		assert.NotNil(t, r.Findings)
	}
	other := func(t *testing.T) {
		run(t, "around", toy.NoFileSync)
		t.Run("first", func(t *testing.T) { run(t, "first", toy.NoFileSync) })
		t.Run("second", func(t *testing.T) {
			run(t, "second", toy.NoFileSync)
			run(t, "the other", toy.Correct)
		})
	}
	t.Cleanup(func() { assert.Equal(t, []string{"the other"}, ran) })
	ReproduceWithin(t, Within{Test: other, Subtest: "second", Call: 1}, onePut)
}

// TestLostCaller runs in a child process of TestACaseFailsWithoutItsCallOrItsFix.
func TestLostCaller(t *testing.T) {
	if doom := testDoom(t); doom == "lost" {
		ReproduceWithin(t, Within{Test: func(*testing.T) {}}, onePut)
	} else {
		ReproduceWithin(t, Within{Test: func(t *testing.T) { Run(t, toy.Target(toy.NoFileSync), Options{}) }}, onePut)
	}
}

func TestACaseFailsWithoutItsCallOrItsFix(t *testing.T) {
	sameRaces(t)
	t.Parallel()
	for doom, want := range map[string]string{
		"lost":  `"TestLostCaller" does not reach call 0 of torture.Run`,
		"buggy": "durability: lost: commit #0",
	} {
		code, output := runTest(t, doom, "-test.run=^TestLostCaller$")
		assert.Equal(t, 1, code, output)
		assert.Contains(t, output, want)
	}
}

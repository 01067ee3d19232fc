package plan

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads"
)

// Without the check, each of these would panic or take all memory.
func TestResolveRefusesASpecBeyondALimitBeforeAllocating(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*Spec){
		"ops is 99999999999; give a number from 0 to 100000": func(s *Spec) { s.Size.Ops = 99_999_999_999 },
		"ops is -1;":                            func(s *Spec) { s.Size.Ops = -1 },
		"clients is 9223372036854775807;":       func(s *Spec) { s.Size.Clients = math.MaxInt },
		"keys is 200001;":                       func(s *Spec) { s.Size.Keys = 200_001 },
		"value_bytes is 1073741824;":            func(s *Spec) { s.Size.ValueBytes = 1 << 30 },
		"clients × ops is 3 × 100000 = 300000;": func(s *Spec) { s.Size = workloads.Size{Clients: 3, Ops: MaxOps} },
		"clients × ops × keys is 1 × 100000 × 9000 = 900000000;": func(s *Spec) {
			s.Size = workloads.Size{Clients: 1, Ops: MaxOps, Keys: 9000}
		},
		"(keys + clients × ops) × value_bytes is (100000 + 1 × 9) × 65536 = 6554189824;": func(s *Spec) {
			s.Size = workloads.Size{Clients: 1, Ops: 9, Keys: 100_000, ValueBytes: MaxValueBytes}
		},
		"the text of the fault has 5000 bytes;":                  func(s *Spec) { s.Fault = strings.Repeat("x", 5000) },
		"the text of the device has 5000 bytes;":                 func(s *Spec) { s.Device = strings.Repeat("x", 5000) },
		"an element of keep.load is -1;":                         func(s *Spec) { s.Keep = &Keep{Load: []int{-1}} },
		"an element of keep.steps is -7;":                        func(s *Spec) { s.Keep = &Keep{Steps: []int{1, -7}} },
		"the length of keep.steps is 200001;":                    func(s *Spec) { s.Keep = &Keep{Steps: make([]int, MaxSteps+1)} },
		"keep.batch is -1;":                                      func(s *Spec) { s.Keep = &Keep{Batch: -1} },
		"the number of rules is 65;":                             func(s *Spec) { s.Keep = &Keep{Rules: make([]string, 65)} },
		"the text of the rule has 2000 bytes; the limit is 1024": func(s *Spec) { s.Keep = &Keep{Rules: []string{strings.Repeat("x", 2000)}} },
	} {
		s := Spec{Workload: "kv", Fault: "power", Profile: "posix-min", Seed: 1, Size: workloads.Size{Clients: 1, Ops: 3}}
		change(&s)
		_, err := Resolve(s)
		require.ErrorIs(t, err, ErrConfig, want)
		assert.ErrorContains(t, err, want)
	}
}

func TestScenariosAreWithinTheLimits(t *testing.T) {
	t.Parallel()
	for _, s := range scenarios() {
		p, err := Resolve(Spec{Scenario: s.Name, Fault: "power", Profile: "posix-min", Seed: 1})
		require.NoError(t, err)
		assert.NoError(t, p.Spec.Check(), "%s: its token could not be replayed", s.Name)
	}
}

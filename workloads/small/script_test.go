package small_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/small"
)

func TestTheSmallScopeHasEveryScriptOnce(t *testing.T) {
	t.Parallel()
	assert.EqualValues(t, 4368, small.Scripts(3))
	seen := map[string]uint64{"[]": 0}
	for n := uint64(1); n <= small.Scripts(3); n++ {
		s := small.Script(n)
		var kinds []string // a step is identified by what it writes, how durably, and where to
		for i := range s.Size.Ops {
			step := s.Clients[0][i]
			length := 0
			for _, w := range step.Writes {
				length += len(w.Value)
			}
			kinds = append(kinds, fmt.Sprint(step.String(), step.Durability, len(step.Writes), length))
		}
		all := fmt.Sprint(kinds)
		assert.NotContains(t, seen, all, "script %d", n)
		seen[all] = n
		assert.Equal(t, seen[fmt.Sprint(kinds[:len(kinds)-1])], small.Prefix(n), "script %d without its last step", n)
	}
}

func TestEveryScriptEndsWithTheSameReads(t *testing.T) {
	t.Parallel()
	reads := small.Script(1).Clients[0][1:]
	assert.NotEmpty(t, reads)
	for i := range reads {
		assert.Contains(t, []history.Kind{history.Get, history.Snapshot, history.Scan, history.Cursor}, reads[i].Kind)
	}
	for _, n := range []uint64{2, small.Scripts(1) + 1, small.Scripts(3)} {
		s := small.Script(n)
		assert.Equal(t, reads, s.Clients[0][s.Size.Ops:], "script %d", n)
	}
}

package explore

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

func TestSurvivalCountsCheckedCommits(t *testing.T) {
	target := contract.Target{}
	r := &record.Recording{Plan: &plan.Plan{}, History: []history.Op{
		{ID: 0, Call: 1, Return: 2, Outcome: history.Acked, Writes: []history.Write{{Key: []byte("a"), Value: []byte("1")}}},
		{ID: 1, Call: 3, Return: 4, Outcome: history.Acked, Writes: []history.Write{{Key: []byte("b"), Value: []byte("2")}}},
		{ID: 2, Call: 5, Return: 6, Outcome: history.Acked, Writes: []history.Write{{Key: []byte("c"), Value: []byte("3")}}},
		{ID: 3, Call: 7, Return: 8, Outcome: history.Acked, Durability: history.NoSync, Writes: []history.Write{{Key: []byte("d"), Value: []byte("4")}}},
	}}
	of := NewSubject(target, r, 0)
	for _, c := range []struct {
		name        string
		s           survival
		asked, kept int
	}{
		{"nothing was explored", survival{}, 0, 0},
		{"crashes up to the second commit", survival{asked: 4}, 2, 2},
		{"one commit was lost", survival{asked: 6, lost: map[int]bool{1: true}}, 3, 2},
		{"an image with two commits could not be recovered", survival{asked: 6, gone: 4}, 3, 1},
		{"one image could not be recovered, and another lost a commit", survival{asked: 6, gone: 4, lost: map[int]bool{1: true}}, 3, 1},
		{"a commit that was not synced was lost", survival{asked: 8, lost: map[int]bool{3: true}}, 3, 3},
	} {
		asked, kept := c.s.count(of)
		assert.Equal(t, [2]int{c.asked, c.kept}, [2]int{asked, kept}, c.name)
	}
}

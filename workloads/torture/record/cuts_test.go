package record

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

func TestCutsDependOnTheTick(t *testing.T) {
	t.Parallel()
	c := NewCuts([]faultfs.Op{{Tick: 2}, {Tick: 6}}, []history.Op{{Call: 1, Return: 3}, {Call: 5, Return: 8}, {Call: 7, Return: history.Never}})
	assert.Equal(t, history.Cut{Acked: 5, Called: 2}, c.At(2), "the cut extends to the next operation")
	assert.Equal(t, history.Cut{Acked: 8, Called: 6}, c.At(6), "the last cut extends to the last answer")
	assert.Equal(t, history.Cut{Acked: 4, Called: 4}, NewCuts([]faultfs.Op{{Tick: 4}}, nil).At(4), "nobody has answered")
}

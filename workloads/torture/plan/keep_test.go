package plan

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads"
)

func TestKeepingEverythingLeavesTheScript(t *testing.T) {
	t.Parallel()
	w, _ := workloads.ByName("kv")
	script := w.Generate(5, workloads.Size{Clients: 3, Ops: 9, Keys: 250})
	k := KeepAll(&script)
	assert.Equal(t, script, k.Of(script))
	k.Alone = true
	alone := k.Of(script)
	require.Len(t, alone.Clients, 1)
	assert.Len(t, alone.Clients[0], 27)
}

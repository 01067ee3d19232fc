package server

import (
	"context"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine/replica"
)

func TestMetricsShowANodeAndItsGroup(t *testing.T) {
	t.Parallel()
	g := start(t, 3, nil, func(c *Config) { c.Node.Group = `a "b" \` })
	put(t, g.running[1], "k", "v")
	sum := map[string]int{}
	for id := range g.running {
		answer := httptest.NewRecorder()
		g.running[id].Handler().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", http.NoBody))
		require.Equal(t, http.StatusOK, answer.Code)
		for line := range strings.Lines(answer.Body.String()) {
			name, rest, _ := strings.Cut(strings.TrimSpace(line), "{")
			if strings.HasPrefix(line, "#") {
				continue
			}
			assert.Contains(t, rest, `group="a \"b\" \\",node="`)
			if _, value, _ := strings.Cut(rest, "} "); value != "0" {
				sum[name]++
			}
		}
	}
	assert.Equal(t, 1, sum["lightning_replica_is_leader"])
	for _, all := range []string{"has_leader", "term", "applied_index", "committed_index", "log_entries", "voting", "voters"} {
		assert.Equal(t, 3, sum["lightning_replica_"+all], all)
	}
	assert.Zero(t, sum["lightning_replica_learners"]+sum["lightning_replica_members_changing"])
}

// A group that has lost two of three disks goes on from a checkpoint under another name, and other nodes join it.
func TestAGroupIsRestoredFromACheckpoint(t *testing.T) {
	t.Parallel()
	g := start(t, 3, nil)
	for i := range 30 { // more than LogEntries, so that the log was cut
		put(t, g.running[1], "k", string(rune('a'+i)))
	}
	put(t, g.running[2], "k", "in the backup")
	require.Equal(t, "in the backup", get(t, g.running[2], "k"))
	backup := filepath.Join(g.dir, "backup")
	require.NoError(t, g.running[2].Checkpoint(t.Context(), backup))
	put(t, g.running[2], "k", "later")
	for id := uint64(1); id <= 3; id++ {
		g.stop(t, id)
	}

	c := g.config(7)
	c.Node.Dir, c.Listen, c.Peers = backup, free(t), nil
	require.ErrorIs(t, replica.Restore(c.Node), replica.ErrSameGroup)
	c.Node.Group = "restored"
	c.Node.Members = nil
	require.NoError(t, replica.Restore(c.Node))
	require.ErrorIs(t, replica.Restore(c.Node), replica.ErrSameGroup)
	s := g.run(t, c)
	assert.Equal(t, "in the backup", get(t, s, "k"))
	put(t, s, "k", "new")

	joining := g.config(8)
	joining.Node.Group, joining.Node.Members, joining.Peers = "restored", nil, nil
	joining.Listen = free(t)
	joined := g.run(t, joining)
	ctx, stop := context.WithTimeout(t.Context(), patience)
	defer stop()
	require.NoError(t, s.ChangeMembers(ctx, Member{Node: 8, Change: "add-learner", Address: joining.Listen}))
	require.NoError(t, s.ChangeMembers(ctx, Member{Node: 8, Change: "add-voter", Address: joining.Listen}))
	assert.Equal(t, "new", get(t, joined, "k"))
}

func TestWhatIsNoCheckpointIsNotRestored(t *testing.T) {
	t.Parallel()
	c := replica.Config{ID: 1, Group: "g", Dir: filepath.Join(t.TempDir(), "nothing")}
	require.Error(t, replica.Restore(c))
	joining, err := replica.Open(c)
	require.NoError(t, err)
	require.NoError(t, joining.Close())
	c.Group = "h"
	require.ErrorIs(t, replica.Restore(c), replica.ErrDamaged)
}

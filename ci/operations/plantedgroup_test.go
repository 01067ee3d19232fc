//go:build linux

package operations_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// plantedInGroup is a failure of a replicated store. The node of the alert is 3, and node 1 is healthy.
type plantedInGroup struct {
	alert   string // "": no alert is expected, only the runbook is followed
	page    string
	plant   func(t *testing.T, g *group)
	targets []int // the nodes that Prometheus scrapes after the runbook
	joins   int   // the node that takes the place of another
	minutes int   // until the alert fires
}

// Each failure raises its alert, and following its runbook word for word ends it. -v shows the transcripts.
func TestPlantedFailuresOfAGroup(t *testing.T) {
	t.Parallel()
	promtool(t)
	for name, p := range map[string]plantedInGroup{
		"the disk of a node fails":               {alert: "ReplicaNodeDown", plant: loseDisks(3), minutes: 5, joins: 4, targets: []int{1, 2, 4}},
		"a majority of the disks is lost":        {alert: "ReplicaQuorumLost", plant: loseDisks(2, 3), minutes: 8, joins: 5, targets: []int{5}},
		"no node stands for election":            {alert: "ReplicaNoLeader", plant: nobodyStands, minutes: 4, targets: []int{1, 2, 3}},
		"a new node is added and does not start": {alert: "ReplicaReplacementStuck", plant: addOnly, minutes: 18, joins: 4, targets: []int{1, 2, 3, 4}},
		"a follower has missed entries":          {page: "ReplicaFollowerBehind", plant: missEntries, targets: []int{1, 2, 3}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGroup(t)
			tape := newFilm("lightning-replica", "replica.yml")
			shoot := func(minutes int, targets ...int) {
				for range minutes {
					for _, id := range targets {
						tape.scrape(t, "http://"+g.nodes[id].api, fmt.Sprint(id))
					}
					tape.frames++
				}
			}
			shoot(10, 1, 2, 3)
			require.Empty(t, tape.firing(t), "the group is well")
			g.run("snapshot", filepath.Join(g.dir, "backup"), "--node", g.nodes[2].api)

			p.plant(t, g)
			shoot(p.minutes, 1, 2, 3)
			if p.alert != "" {
				require.Contains(t, tape.firing(t), p.alert)
				p.page = p.alert
			}
			page, shell := filepath.Join("../runbooks", p.page+".md"), g.shell(p.joins)
			follow(t, page, "What to look at", shell)
			follow(t, page, "How to fix it", shell)
			follow(t, page, "How to tell that it is over", shell)
			shoot(10, p.targets...)
			require.Empty(t, tape.firing(t), "the runbook was followed")
			require.Equal(t, "7", g.run("get", "balance", "--node", g.nodes[p.targets[len(p.targets)-1]].api))
		})
	}
}

// shell is the environment in which runbooks are followed.
func (g *group) shell(joins int) []string {
	env := []string{
		"PATH=" + g.bin + ":" + os.Getenv("PATH"), "NODE=" + g.nodes[1].api, "SICK_NODE=" + g.nodes[3].api, "ID=3", "SERVICE=money-3", "STORE=" + g.dir,
		"SERVICES=money-1 money-2 money-3", "SURVIVOR=money-1", "BACKUP=" + filepath.Join(g.dir, "backup"), "RESTORED=" + g.restored(), "NEW_GROUP=money-restored",
	}
	if n := g.nodes[joins]; n != nil {
		env = append(env, fmt.Sprint("NEW_ID=", joins), fmt.Sprint("NEW_SERVICE=money-", joins), "NEW_ADDRESS="+n.listen, "NEW_NODE="+n.api)
	}
	return env
}

// loseDisks stops nodes and puts files in the place of their directories, so that they do not start again.
func loseDisks(ids ...int) func(*testing.T, *group) {
	return func(t *testing.T, g *group) {
		t.Helper()
		for _, id := range ids {
			g.kill(id)
			require.NoError(t, os.RemoveAll(g.store(id)))
			require.NoError(t, os.WriteFile(g.store(id), nil, 0o600))
		}
	}
}

// nobodyStands restarts the nodes with a clock that hardly ticks.
func nobodyStands(t *testing.T, g *group) {
	t.Helper()
	for id := 1; id <= 3; id++ {
		g.kill(id)
	}
	for id := 1; id <= 3; id++ {
		require.NoError(t, g.start(id, "--tick", "1h"))
	}
}

// addOnly adds a node that does not run, and does not give it a vote.
func addOnly(t *testing.T, g *group) {
	t.Helper()
	body := fmt.Sprintf(`[{"node": 4, "change": "add-learner", "address": %q}]`, g.nodes[4].listen)
	answer, err := http.Post("http://"+g.nodes[1].api+"/v1/members", "application/json", strings.NewReader(body))
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, http.StatusNoContent, answer.StatusCode)
}

// missEntries lets a node miss some entries. It catches up within a second, so its alert fires in the cases of promtool only.
func missEntries(t *testing.T, g *group) {
	t.Helper()
	g.kill(3)
	for i := range 20 {
		g.run("put", "entry", fmt.Sprint(i), "--node", g.nodes[1].api)
	}
	require.NoError(t, g.start(3))
}

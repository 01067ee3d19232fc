package server

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"

	"github.com/lightningdb/lightning-torture/engine/replica"
)

// Metric is a metric that a node shows at /metrics, with the labels group and node. All of them are gauges.
type Metric struct {
	Name, Help string
	value      func(*replica.Status) uint64
}

// Metrics returns all metrics of a node.
func Metrics() []Metric {
	return []Metric{
		{"lightning_replica_has_leader", "1 if the node knows a leader, otherwise 0.", func(s *replica.Status) uint64 { return count(s.Leader != 0) }},
		{"lightning_replica_is_leader", "1 if the node considers itself the leader, otherwise 0.", func(s *replica.Status) uint64 { return count(s.IsLeader) }},
		{"lightning_replica_term", "The current term. It grows with each election.", func(s *replica.Status) uint64 { return s.Term }},
		{"lightning_replica_committed_index", "The last log entry that the node knows to be on a majority.", func(s *replica.Status) uint64 { return s.Commit }},
		{"lightning_replica_applied_index", "The last log entry that the node has applied to its pairs.", func(s *replica.Status) uint64 { return s.Applied }},
		{"lightning_replica_log_entries", "The entries in the log of the node.", func(s *replica.Status) uint64 { return s.Last + 1 - s.First }},
		{"lightning_replica_voting", "1 if the node has a vote, as far as it knows, otherwise 0.", func(s *replica.Status) uint64 { return count(s.Votes()) }},
		{"lightning_replica_voters", "The members that have a vote, as far as the node knows.", func(s *replica.Status) uint64 { return uint64(len(s.Voters)) }},
		{"lightning_replica_learners", "The members that have no vote, as far as the node knows.", func(s *replica.Status) uint64 { return uint64(len(s.Learners)) }},
		{"lightning_replica_members_changing", "1 while a change of members is under way, otherwise 0.", func(s *replica.Status) uint64 { return count(s.Joint) }},
	}
}

func count(is bool) uint64 {
	if is {
		return 1
	}
	return 0
}

// escapeLabel escapes the value of a label.
var escapeLabel = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)

// metrics shows the node in the text format of Prometheus. If the node has stopped or does not answer in time, the scrape fails.
func (s *Server) metrics(w http.ResponseWriter, r *http.Request) {
	status, ok := s.current(w, r)
	if !ok {
		return
	}
	page := &bytes.Buffer{}
	labels := fmt.Sprintf(`{group="%s",node="%d"}`, escapeLabel.Replace(s.config.Node.Group), s.config.Node.ID)
	for _, m := range Metrics() {
		fmt.Fprintf(page, "# HELP %s %s\n# TYPE %s gauge\n%s%s %d\n", m.Name, m.Help, m.Name, m.Name, labels, m.value(&status))
	}
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	_, _ = page.WriteTo(w) // an error means that the client is gone
}

package plan

import "github.com/lightningdb/lightning-torture/workloads"

// Keep is the part of a generated script that shrinking has left. Steps are numbered round robin: step i of client c
// has number i × clients + c, which is roughly the order in which they happen.
type Keep struct {
	Load  []int `json:"load"`  // batches of the preload
	Batch int   `json:"batch"` // maximum number of writes kept of each batch; 0: all
	Steps []int `json:"steps"`
	// Alone says that one client makes all steps, in the order of their numbers.
	Alone bool     `json:"alone,omitempty"`
	Rules []string `json:"rules,omitempty"` // replace the rules that the fault would draw
}

// KeepAll keeps everything.
func KeepAll(s *workloads.Script) Keep {
	k := Keep{}
	for i := range s.Preload {
		k.Load = append(k.Load, i)
	}
	most := 0
	for _, steps := range s.Clients {
		most = max(most, len(steps))
	}
	for n := range most * len(s.Clients) {
		if i, c := n/len(s.Clients), n%len(s.Clients); i < len(s.Clients[c]) {
			k.Steps = append(k.Steps, n)
		}
	}
	return k
}

// Of returns the part of a script that is kept.
func (k *Keep) Of(s workloads.Script) workloads.Script {
	load, clients := s.Preload, s.Clients
	s.Preload = nil
	for _, i := range k.Load {
		if i >= len(load) {
			continue
		}
		batch := load[i]
		if k.Batch > 0 {
			batch = batch[:min(k.Batch, len(batch))]
		}
		s.Preload = append(s.Preload, batch)
	}
	s.Clients = make([][]workloads.Step, len(clients))
	if k.Alone {
		s.Clients = s.Clients[:1]
		s.Size.Clients = 1
	}
	for _, n := range k.Steps {
		i, from := n/len(clients), n%len(clients)
		if i >= len(clients[from]) {
			continue
		}
		to := from % len(s.Clients)
		s.Clients[to] = append(s.Clients[to], clients[from][i])
	}
	return s
}

// Operations returns the number of calls that a reader has to follow.
func (k *Keep) Operations() int { return len(k.Load) + len(k.Steps) }

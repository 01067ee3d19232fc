package cluster

import (
	"cmp"
	"fmt"
	"slices"
)

// Kind is what an event does to a run.
type Kind uint8

// The kinds. Within a step, the events before Linger happen in this order, before anything else does.
const (
	PowerCut     Kind = iota + 1 // Node loses power, and may lose what its disk had not synced
	Kill                         // Node's process is killed, and its disk keeps everything
	Sever                        // messages from Node to To are lost from now on
	Heal                         // all links work again
	DiskFault                    // one of the next calls on Node's disk fails
	Skew                         // Node's clock changes its speed
	Drag                         // Node's clock becomes slow
	HandOver                     // the leader is asked to make Node the leader
	Replace                      // an operator replaces Node
	Rot                          // Node loses power, and a bit on its disk flips
	Halt                         // Node is paused for a while
	Slow                         // messages to Node become slower or faster
	Mistake                      // an operator starts another process on Node's store
	Linger                       // Node, which is being removed, does not hear of it; Step is 0
	Disaster                     // just after Node was removed, all lose power and one its disk; Step is 0
	OpeningFault                 // a call on Node's disk fails while the node is being opened
	Lost                         // the network loses a message from Node to To
	Twice                        // the network duplicates it
	Late                         // the network delays it
	Interrupted                  // a snapshot from Node to To is cut short
	Disconnected                 // ... or arrives, but its sender believes that it has not
	Op                           // client Node starts an operation
	kinds
)

var kindNames = [kinds]string{
	PowerCut: "power-cut", Kill: "kill", Sever: "sever", Heal: "heal", DiskFault: "disk-fault", Skew: "skew", Drag: "drag", HandOver: "hand-over",
	Replace: "replace", Rot: "rot", Halt: "halt", Slow: "slow", Mistake: "mistake", Linger: "linger", Disaster: "disaster", OpeningFault: "opening-fault",
	Lost: "lost", Twice: "twice", Late: "late", Interrupted: "interrupted", Disconnected: "disconnected", Op: "op",
}

func (k Kind) String() string {
	if k.Known() {
		return kindNames[k]
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

// Known reports whether there is such a kind.
func (k Kind) Known() bool { return k > 0 && k < kinds }

// MarshalText writes the name of a kind.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads the name of a kind.
func (k *Kind) UnmarshalText(text []byte) error {
	i := slices.Index(kindNames[:], string(text))
	if i <= 0 {
		return fmt.Errorf("cluster: no kind of event is called %q", text)
	}
	*k = Kind(i)
	return nil
}

// Network reports whether the event is about a single message or snapshot.
func (k Kind) Network() bool { return k >= Lost && k <= Disconnected }

// Event is something that happens in a run apart from what the nodes do by themselves. It states everything that could depend on
// other events, such as which node or message it hits. The rest, such as how long a node is down, follows from the seed and the event
// itself. So an event means the same whichever others are left out.
type Event struct {
	Step int    `json:"step"`
	Kind Kind   `json:"kind"`
	Node uint64 `json:"node,omitempty"` // the node hit, the sender of a message, or the client, from 1
	To   uint64 `json:"to,omitempty"`   // the receiver of a message
	N    int    `json:"n,omitempty"`    // the number of the message among those on its link in this step
}

// String returns a sentence about the event.
func (e Event) String() string {
	if e.Kind.Network() {
		what := map[Kind]string{
			Lost: "the network loses message %d of this step from node %d to node %d", Twice: "the network duplicates message %d of this step from node %d to node %d",
			Late: "the network delays message %d of this step from node %d to node %d",
		}[e.Kind]
		if what == "" {
			return fmt.Sprintf("the snapshot from node %d to node %d is %s", e.Node, e.To, e.Kind)
		}
		return fmt.Sprintf(what, e.N, e.Node, e.To)
	}
	node := fmt.Sprintf("node %d", e.Node)
	switch e.Kind {
	case PowerCut:
		return node + " loses power"
	case Kill:
		return node + " is killed, and its disk keeps everything"
	case Sever:
		return fmt.Sprintf("the link from %s to node %d is cut", node, e.To)
	case Heal:
		return "all links work again"
	case DiskFault:
		return "one of the next calls on the disk of " + node + " is going to fail"
	case OpeningFault:
		return "a call on the disk of " + node + " is going to fail while the node starts"
	case Skew:
		return "the clock of " + node + " changes its speed"
	case Drag:
		return "the clock of " + node + " becomes slow"
	case HandOver:
		return "the leader is asked to hand over to " + node
	case Replace:
		return "an operator replaces " + node
	case Rot:
		return node + " loses power, and a bit on its disk flips"
	case Halt:
		return node + " is paused"
	case Slow:
		return "the delay of messages to " + node + " changes"
	case Mistake:
		return "an operator starts other nodes on the store of " + node
	case Linger:
		return node + ", which is being removed, does not hear of it"
	case Disaster:
		return "just after the removal of " + node + " all nodes lose power, and one its disk"
	case Op:
		return fmt.Sprintf("client %d asks", e.Node-1)
	default:
		return e.Kind.String()
	}
}

// Compare orders events by step and by the order within a step.
func (e Event) Compare(o Event) int {
	return cmp.Or(cmp.Compare(e.Step, o.Step), cmp.Compare(e.Kind, o.Kind), cmp.Compare(e.Node, o.Node), cmp.Compare(e.To, o.To), cmp.Compare(e.N, o.N))
}

// script is a list of the events that happen in a run.
type script struct {
	all   map[Event]bool
	steps map[int][]Event    // the events that happen at the beginning of a step
	ops   map[uint64][]Event // the operations that a client has not started yet
}

func newScript(events []Event) *script {
	s := &script{all: map[Event]bool{}, steps: map[int][]Event{}, ops: map[uint64][]Event{}}
	sorted := slices.SortedFunc(slices.Values(events), Event.Compare)
	for _, e := range slices.Compact(sorted) {
		s.all[e] = true
		switch {
		case e.Kind == Op:
			s.ops[e.Node] = append(s.ops[e.Node], e)
		case e.Kind < Linger:
			s.steps[e.Step] = append(s.steps[e.Step], e)
		}
	}
	return s
}

// next takes the operation that a client starts now, if any. An operation that is due while the client is busy starts later.
func (s *script) next(client uint64, step int) (e Event, due bool) {
	if ops := s.ops[client]; len(ops) > 0 && ops[0].Step <= step {
		s.ops[client] = ops[1:]
		return ops[0], true
	}
	return Event{}, false
}

// drop drops the operations of a step that is left out.
func (s *script) drop(step int) {
	for client, ops := range s.ops {
		s.ops[client] = slices.DeleteFunc(ops, func(e Event) bool { return e.Step == step })
	}
}

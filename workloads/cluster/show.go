package cluster

import (
	"fmt"
	"slices"
	"strings"

	pb "go.etcd.io/raft/v3/raftpb"

	"github.com/lightningdb/lightning-torture/engine/replica"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// tell reports to the watcher, if there is one, what happened.
func (w *world) tell(format string, args ...any) {
	if w.spec.Watch != nil {
		w.spec.Watch.Show(Happening{Step: w.step, Text: fmt.Sprintf(format, args...)})
	}
}

func (w *world) show(e Event) {
	if w.spec.Watch != nil && e.Kind != Op {
		w.spec.Watch.Show(Happening{Step: w.step, Text: e.String() + w.measure(e), Event: &e})
	}
}

// measure returns the end of the sentence about an event that changes something by a number of
// steps.
func (w *world) measure(e Event) string {
	switch e.Kind {
	case Skew, Drag:
		return fmt.Sprintf(": it ticks every %d steps", w.period(e))
	case Slow:
		return fmt.Sprintf(": they take %d steps more than usual", w.lag(e))
	case Halt:
		until, _ := w.pause(e)
		return fmt.Sprintf(" until step %d", until)
	default:
		return ""
	}
}

// tellSaid tells what a node has said and done in a step.
func (w *world) tellSaid(m *member, out *replica.Output) {
	if w.spec.Watch == nil {
		return
	}
	stands := false
	for _, msg := range out.Messages {
		switch {
		case msg.GetType() == pb.MsgVote && !stands:
			stands = true
			w.tell("node %d stands for election in term %d", m.id, msg.GetTerm())
		case msg.GetType() == pb.MsgVoteResp && !msg.GetReject():
			w.tell("node %d votes for node %d in term %d", m.id, msg.GetTo(), msg.GetTerm())
		case msg.GetType() == pb.MsgAppResp && !msg.GetReject() && w.law.entries[msg.GetTerm()][m.id] < msg.GetIndex():
			w.tell("node %d tells node %d that it has the log up to entry %d", m.id, msg.GetTo(), msg.GetIndex())
		}
	}
	for _, s := range out.Snapshots {
		w.tell("node %d begins to send a snapshot to node %d", m.id, s.Message.GetTo())
	}
	for _, c := range out.Changed {
		w.tell("node %d applies entry %d: the members are %d%s", m.id, c.Index, c.Voters, outgoing(c.Outgoing))
	}
}

func outgoing(ids []uint64) string {
	if len(ids) == 0 {
		return ""
	}
	return fmt.Sprintf(" and, until the change ends, %d", ids)
}

// tellAsked tells what a client asks for.
func (w *world) tellAsked(c *client) {
	if w.spec.Watch != nil {
		e := c.event
		w.spec.Watch.Show(Happening{Step: w.step, Text: fmt.Sprintf("client %d asks: %s", c.number, described(&w.history[c.op])), Event: &e})
	}
}

// tellAnswered tells what a client is answered.
func (w *world) tellAnswered(c *client, op *history.Op, m *member) {
	if w.spec.Watch == nil {
		return
	}
	said := "done"
	switch {
	case op.Missed:
		said = "a condition does not hold"
	case len(op.Writes) == 0:
		said = values(op.Reads)
	}
	w.tell("node %d answers client %d (%s): %s", m.id, c.number, described(op), said)
}

// described describes an operation of a client.
func described(op *history.Op) string {
	var keys []string
	if op.Kind == history.Scan {
		return fmt.Sprintf("#%d scan of the accounts", op.ID)
	}
	for _, r := range op.Reads {
		keys = append(keys, string(r.Key))
	}
	for _, r := range op.Writes {
		if r.Delete {
			keys = append(keys, string(r.Key))
		} else {
			keys = append(keys, fmt.Sprintf("%s = %s", r.Key, short(r.Value)))
		}
	}
	return fmt.Sprintf("#%d %s %s", op.ID, op.Kind, strings.Join(keys, ", "))
}

func values(reads []history.Read) string {
	var all []string
	for _, r := range reads {
		if r.Found {
			all = append(all, fmt.Sprintf("%s = %s", r.Key, short(r.Value)))
		} else {
			all = append(all, fmt.Sprintf("no %s", r.Key))
		}
	}
	if len(all) == 0 {
		return "nothing"
	}
	return strings.Join(all, ", ")
}

// short returns the beginning of a value, without its padding.
func short(value []byte) string {
	const most = 40
	text := strings.TrimRight(string(value), "\x00")
	if len(text) > most {
		text = text[:most] + "..."
	}
	return text
}

// lostMax limits the lost operations that tellLost names.
const lostMax = 6

// tellLost tells what a disk has lost in a power cut.
func (w *world) tellLost(m *member, point *faultfs.CrashPoint, chooser faultfs.Chooser, before *faultfs.FS) {
	if w.spec.Watch == nil {
		return
	}
	img, trace := point.Image(faultfs.ImageOptions{Chooser: chooser}), before.Trace() // the node's own image stays undecided
	img.Decide()
	site := w.spec.Watch.Sites(trace)
	var lost []string
	for _, p := range img.Lost() {
		i := slices.IndexFunc(trace, func(op faultfs.Op) bool { return op.Tick == p.Tick })
		if p.Earlier || i < 0 {
			continue
		}
		if text, n := site(&trace[i]), len(lost); n == 0 || lost[n-1] != text {
			lost = append(lost, text)
		}
	}
	switch n := len(lost); {
	case n == 0:
		w.tell("node %d has lost nothing", m.id)
	case n > lostMax:
		w.tell("node %d has lost all or a part of %s, and %d others", m.id, strings.Join(lost[:lostMax], ", "), n-lostMax)
	default:
		w.tell("node %d has lost all or a part of %s", m.id, strings.Join(lost, ", "))
	}
}

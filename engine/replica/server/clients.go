package server

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"go.etcd.io/raft/v3"

	"github.com/lightningdb/lightning-torture/engine/replica"
)

// How long a command waits before it is proposed again.
const (
	lostAfter  = time.Second           // after a proposal that may have been lost
	retryAfter = 20 * time.Millisecond // after one that was refused, for instance for lack of a leader
)

// reservedPrefix is the prefix of keys reserved for the server.
const reservedPrefix = "\x00lightning/"

// ErrReserved is returned by Do for a write to a reserved key.
var ErrReserved = errors.New("server: keys with the prefix \\x00lightning/ are reserved for the server")

// session is a client from the group's point of view. It has at most one command in flight.
type session struct {
	id   replica.ClientID
	last uint64 // number of its last command
}

// waiting tracks the commands in flight. Idle sessions are reused, so that the group has to remember only as many clients as
// there were concurrent commands.
type waiting struct {
	mu       sync.Mutex
	idle     []*session
	outcomes map[replica.ClientID]chan replica.Applied
}

func (w *waiting) init() { w.outcomes = map[replica.ClientID]chan replica.Applied{} }

// begin returns a session with a new command number, and the channel that receives the command's outcome.
func (w *waiting) begin() (*session, chan replica.Applied) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := &session{}
	if n := len(w.idle); n > 0 {
		s, w.idle = w.idle[n-1], w.idle[:n-1]
	} else {
		_, _ = rand.Read(s.id[:]) // never fails
	}
	s.last++
	outcome := make(chan replica.Applied, 1)
	w.outcomes[s.id] = outcome
	return s, outcome
}

// end takes a session back for reuse. If the outcome of its command is unknown, the session is dropped instead: a delayed copy
// of the command could still be applied, and must not share its session with a later command.
func (w *waiting) end(s *session, known bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.outcomes, s.id)
	if known {
		w.idle = append(w.idle, s)
	}
}

// answer delivers the outcome of a command, if this server proposed it.
func (w *waiting) answer(a replica.Applied) {
	w.mu.Lock()
	outcome := w.outcomes[a.Client]
	w.mu.Unlock()
	if outcome == nil {
		return
	}
	select {
	case outcome <- a:
	default: // proposed twice, and answered already
	}
}

// Do applies all writes if all conditions hold, and returns Done or Refused once that is committed, which means durable on a
// majority. It retries until ctx is done; then the command may still take effect later, at most once. The error is
// ErrReserved, replica.ErrTooLarge, replica.ErrStopped, ErrRemoved or the error of ctx.
func (s *Server) Do(ctx context.Context, conditions []replica.Condition, writes []replica.Write) (replica.Outcome, error) {
	for _, w := range writes {
		if strings.HasPrefix(string(w.Key), reservedPrefix) {
			return 0, ErrReserved
		}
	}
	return s.command(ctx, conditions, writes)
}

func (s *Server) command(ctx context.Context, conditions []replica.Condition, writes []replica.Write) (_ replica.Outcome, err error) {
	who, outcome := s.commands.begin()
	known := false
	defer func() { s.commands.end(who, known) }()
	c := replica.Command{Client: who.id, Number: who.last, If: conditions, Then: writes}
	command, err := c.Encode()
	if err != nil {
		known = true // nothing was sent
		return 0, err
	}
	for {
		wait := lostAfter
		switch err := s.do(ctx, func(n *replica.Node) error { return n.Propose(command) }); {
		case errors.Is(err, replica.ErrNoLeader), errors.Is(err, replica.ErrBusy):
			wait = retryAfter
		case err != nil:
			return 0, err
		}
		again := time.NewTimer(wait)
		select {
		case a := <-outcome:
			again.Stop()
			if a.Number == who.last {
				known = true
				return a.Outcome, nil
			}
		case <-again.C:
		case <-s.done:
			again.Stop()
			return 0, s.reason
		case <-ctx.Done():
			again.Stop()
			return 0, fmt.Errorf("server: the command may take effect later, or never: %w", ctx.Err())
		}
	}
}

// Get returns the value of a key; ok is false if the key does not exist. The read is linearizable. Without a leader it waits
// until ctx is done. The value belongs to the caller.
func (s *Server) Get(ctx context.Context, key []byte) (value []byte, ok bool, err error) {
	r := &read{key: key, result: make(chan struct{})}
	if err := s.do(ctx, func(*replica.Node) error {
		s.reads.fresh = append(s.reads.fresh, r)
		return nil
	}); err != nil {
		return nil, false, err
	}
	select {
	case <-r.result:
		return r.value, r.ok, r.err
	case <-s.done:
		return nil, false, s.reason
	case <-ctx.Done():
		return nil, false, ctx.Err()
	}
}

// read is a pending read.
type read struct {
	key    []byte
	value  []byte
	ok     bool
	err    error
	result chan struct{} // closed once the other fields are set
}

// reads are the pending reads; only the loop uses them. Reads that arrive together share one question to the leader.
type reads struct {
	fresh []*read // not covered by a question yet
	asked []*question
	next  uint64 // context of the next question
}

// question is a call of ReadIndex that covers some reads.
type question struct {
	context []byte
	reads   []*read
	ticks   int    // since it was asked
	index   uint64 // the answer; 0 if there is none yet
}

// ticksLost is the number of ticks after which an unanswered question counts as lost.
const ticksLost = 10

func (r *reads) init() { r.next = 1 }

// tick returns the reads of lost questions to fresh, so that they are asked again.
func (r *reads) tick() {
	r.asked = slices.DeleteFunc(r.asked, func(q *question) bool {
		q.ticks++
		lost := q.index == 0 && q.ticks > ticksLost
		if lost {
			r.fresh = append(r.fresh, q.reads...)
		}
		return lost
	})
}

// ask asks one question for all fresh reads. Without a leader they stay fresh.
func (r *reads) ask(n *replica.Node) error {
	if len(r.fresh) == 0 {
		return nil
	}
	q := &question{context: binary.BigEndian.AppendUint64(nil, r.next), reads: r.fresh}
	switch err := n.ReadIndex(q.context); {
	case errors.Is(err, replica.ErrNoLeader):
		return nil
	case err != nil:
		return err
	}
	r.next, r.fresh, r.asked = r.next+1, nil, append(r.asked, q)
	return nil
}

// reached records the answer to a question.
func (r *reads) reached(state raft.ReadState) {
	for _, q := range r.asked {
		if string(q.context) == string(state.RequestCtx) {
			q.index = state.Index
		}
	}
}

// answer serves the reads whose index the node has applied.
func (r *reads) answer(n *replica.Node) error {
	if len(r.asked) == 0 {
		return nil
	}
	applied := n.Status().Applied
	var failed error
	r.asked = slices.DeleteFunc(r.asked, func(q *question) bool {
		if q.index == 0 || q.index > applied || failed != nil {
			return false
		}
		for _, one := range q.reads {
			one.value, one.ok, one.err = n.Get(one.key)
			failed = errors.Join(failed, one.err)
			close(one.result)
		}
		return true
	})
	return failed
}

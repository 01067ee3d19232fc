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

// How long a caller waits until it tries again: a command that may have been lost on its way, and one that found no leader.
const (
	lostAfter  = time.Second
	retryAfter = 20 * time.Millisecond
)

// reservedPrefix begins the keys that are the server's own.
const reservedPrefix = "\x00lightning/"

// ErrReserved is returned for a key that is the server's own.
var ErrReserved = errors.New("server: keys that begin with \\x00lightning/ are the server's own")

// session is a client as the group sees it. It has one command under way.
type session struct {
	id   replica.ClientID
	last uint64
}

// waiting is commands that are under way.
type waiting struct {
	mu       sync.Mutex
	idle     []*session
	outcomes map[replica.ClientID]chan replica.Applied
}

func (w *waiting) init() { w.outcomes = map[replica.ClientID]chan replica.Applied{} }

// begin gives a command a session, and somewhere to put its outcome.
func (w *waiting) begin() (*session, chan replica.Applied) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := &session{}
	if n := len(w.idle); n > 0 {
		s, w.idle = w.idle[n-1], w.idle[:n-1]
	} else {
		_, _ = rand.Read(s.id[:]) // it never fails
	}
	s.last++
	outcome := make(chan replica.Applied, 1)
	w.outcomes[s.id] = outcome
	return s, outcome
}

// end takes a session back, if what became of its command is known. Others are never used again.
func (w *waiting) end(s *session, known bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.outcomes, s.id)
	if known {
		w.idle = append(w.idle, s)
	}
}

// answer passes on the outcome of a command, if it is one of this server.
func (w *waiting) answer(a replica.Applied) {
	w.mu.Lock()
	outcome := w.outcomes[a.Client]
	w.mu.Unlock()
	if outcome == nil {
		return
	}
	select {
	case outcome <- a:
	default: // it was sent twice, and is answered already
	}
}

// Do does all of the writes, if all of the conditions hold, and returns once that is committed. It tries until ctx is done.
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
		known = true // it was not sent
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

// Get returns the value of a key; ok says whether there is one.
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

// read is a read under way.
type read struct {
	key    []byte
	value  []byte
	ok     bool
	err    error
	result chan struct{} // closed once it is answered
}

// reads are those of the loop. Those that came at the same time have one question to the leader.
type reads struct {
	fresh []*read // not asked for yet
	asked []*question
	next  uint64
}

// question is asked for some reads.
type question struct {
	context []byte
	reads   []*read
	ticks   int    // since it was asked
	index   uint64 // the answer; 0: there is none yet
}

// ticksLost is after how many ticks a question is taken for lost.
const ticksLost = 10

func (r *reads) init() { r.next = 1 }

// tick asks again what was lost.
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

// ask asks for what is new. Without a leader it waits.
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

// reached notes an answer.
func (r *reads) reached(state raft.ReadState) {
	for _, q := range r.asked {
		if string(q.context) == string(state.RequestCtx) {
			q.index = state.Index
		}
	}
}

// answer answers the reads for which the node has applied enough.
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

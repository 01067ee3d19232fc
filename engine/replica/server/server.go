package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/lightningdb/lightning-torture/engine/replica"
)

// Config describes a server. Node and Listen are required.
type Config struct {
	Node   replica.Config
	Listen string            // "host:port" at which other nodes reach this one; it is published in the group
	Peers  map[uint64]string // addresses of other nodes, by ID; further ones are learned from the group, see ChangeMembers
	// TLS holds the certificate of this node, and the authorities that sign the others' certificates as RootCAs and ClientCAs.
	// If it is nil, connections are not encrypted, which Start allows only on a loopback address.
	TLS *tls.Config
	// PeerName, if not empty, is the name that each node's certificate must be valid for, where {id} stands for the number of
	// the node: "node-{id}.bank.internal". If it is empty, any certificate of the authority may speak for any node.
	PeerName string
	Tick     time.Duration // between two ticks of the node; 100 ms by default
	Logger   *slog.Logger  // receives why connections between nodes fail; nil discards that
}

// ErrRemoved is returned by every call once a hundred ticks have passed since the node was removed from its group.
var ErrRemoved = errors.New("server: the node was removed from its group")

// ErrInsecure is returned by Start without TLS for an address that other machines can reach.
var ErrInsecure = errors.New("server: without TLS a node listens only on a loopback address, such as 127.0.0.1:7201")

// Server runs a node. Its methods are safe for concurrent use.
type Server struct {
	config Config
	node   *replica.Node // used only by the loop, except for its store
	calls  chan func()   // for the loop to run
	done   chan struct{} // closed when the loop has ended
	reason error         // why the loop has ended; set before done is closed
	// farewell is the number of ticks that a removed node has left, or 0 if it was not removed. See ticksAfterRemoval.
	farewell int
	quit     context.CancelFunc
	life     context.Context // done once Close is called

	commands waiting
	reads    reads
	links    *links
	group    sync.WaitGroup
}

// ticksAfterRemoval is how long a removed node keeps running. Nodes that have not heard of the removal may need its vote to
// learn of it.
const ticksAfterRemoval = 100

// callsMax bounds the calls that the loop runs before one step of the node.
const callsMax = 1024

// Start opens the node and begins to serve. The error is ErrInsecure, ErrPeerName, an error of replica.Open, or that of
// listening.
func Start(config Config) (*Server, error) {
	if config.Tick == 0 {
		config.Tick = 100 * time.Millisecond
	}
	if err := errors.Join(CheckAddress(config.Listen, config.TLS), config.checkPeerName()); err != nil {
		return nil, err
	}
	node, err := replica.Open(config.Node)
	if err != nil {
		return nil, err
	}
	s := &Server{config: config, node: node, calls: make(chan func(), callsMax), done: make(chan struct{})}
	s.life, s.quit = context.WithCancel(context.Background())
	s.commands.init()
	s.reads.init()
	if s.links, err = listen(s); err != nil {
		s.quit()
		return nil, errors.Join(err, node.Close())
	}
	s.group.Go(s.loop)
	s.group.Go(s.publishAddress)
	return s, nil
}

// CheckAddress returns an error if address is not of the form host:port, and ErrInsecure if other machines can reach it and
// there is no TLS.
func CheckAddress(address string, with *tls.Config) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("server: invalid address %q; give host:port, such as 127.0.0.1:7201: %w", address, err)
	}
	if ip := net.ParseIP(host); with == nil && host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("%w: not on %s", ErrInsecure, address)
	}
	return nil
}

// loop owns the node. In each round it runs all calls that have arrived before the node does a step, so that they share a sync.
func (s *Server) loop() {
	ticks := time.NewTicker(s.config.Tick)
	defer ticks.Stop()
	defer close(s.done)
	for s.reason == nil {
		select {
		case <-s.life.Done():
			s.reason = replica.ErrStopped
			return
		case <-ticks.C:
			s.reads.tick()
			s.learnAddresses()
			s.note(s.node.Tick())
			s.leave()
		case call := <-s.calls:
			call()
		}
		for n := len(s.calls); n > 0; n-- {
			(<-s.calls)()
		}
		s.note(s.reads.ask(s.node))
		for s.reason == nil && s.node.HasReady() {
			s.step()
		}
		s.note(s.reads.answer(s.node))
	}
}

// leave counts down the remaining ticks of a removed node, and stops the loop after the last.
func (s *Server) leave() {
	if s.farewell == 0 {
		return
	}
	if s.farewell--; s.farewell == 0 && s.reason == nil {
		s.reason = ErrRemoved
	}
}

// note records why the node has stopped. Any other error concerns a single call only.
func (s *Server) note(err error) {
	if errors.Is(err, replica.ErrStopped) && s.reason == nil {
		s.reason = err
	}
}

// step lets the node do one step and passes on its output.
func (s *Server) step() {
	out, err := s.node.Ready()
	if err != nil {
		s.note(err)
		return
	}
	s.links.send(out.Messages)
	for _, snapshot := range out.Snapshots {
		s.links.sendSnapshot(snapshot)
	}
	for _, a := range out.Applied {
		s.commands.answer(a)
	}
	for _, r := range out.Reads {
		s.reads.reached(r)
	}
	if out.Removed {
		s.farewell = ticksAfterRemoval
	}
}

// post hands a call to the loop without waiting for its result, so that all messages received by the time the loop looks are
// handled before one step. It blocks only while callsMax calls are pending.
func (s *Server) post(call func(*replica.Node) error) error {
	select {
	case s.calls <- func() { s.note(call(s.node)) }:
		return nil
	case <-s.done:
		return s.reason
	case <-s.life.Done():
		return s.life.Err()
	}
}

// do runs a call on the loop and waits for its result.
func (s *Server) do(ctx context.Context, call func(*replica.Node) error) error {
	result := make(chan error, 1)
	run := func() {
		err := call(s.node)
		s.note(err)
		result <- err
	}
	select {
	case s.calls <- run:
	case <-s.done:
		return s.reason
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-result:
		return err
	case <-s.done:
		return s.reason
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Done is closed once the server has stopped; Err says why.
func (s *Server) Done() <-chan struct{} { return s.done }

// Err returns the reason why the server has stopped, or nil while it runs.
func (s *Server) Err() error {
	select {
	case <-s.done:
		return s.reason
	default:
		return nil
	}
}

// Status returns what the node knows about itself and its group.
func (s *Server) Status(ctx context.Context) (status replica.Status, err error) {
	err = s.do(ctx, func(n *replica.Node) error {
		status = n.Status()
		return nil
	})
	return status, err
}

// Checkpoint copies the store of this node to a directory on its machine, which must be empty or not exist. The node keeps
// serving meanwhile. See engine.DB.CheckpointContext for durability and errors.
func (s *Server) Checkpoint(ctx context.Context, dir string) error {
	return s.node.Store().CheckpointContext(ctx, dir)
}

// Close stops the server and closes the store. Pending calls return replica.ErrStopped.
func (s *Server) Close() error {
	s.quit()
	err := s.links.close()
	s.group.Wait()
	return errors.Join(err, s.node.Close())
}

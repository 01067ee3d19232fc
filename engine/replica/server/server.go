package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/lightningdb/lightning-torture/engine/replica"
)

// Config describes a server. Node and Listen are required.
type Config struct {
	Node   replica.Config
	Listen string            // where other nodes reach this one, "host:port"; the group is told
	Peers  map[uint64]string // where this one reaches other nodes; others are learned from the group, see ChangeMembers
	// TLS has the certificate of this node, and the authorities of the others, as RootCAs and ClientCAs. Nil: no TLS, which is
	// refused unless Listen is a loopback address.
	TLS *tls.Config
	// PeerName, if there is one, is the name for which the certificate of each node has to be, with {id} in place of its number, such as
	// "node-{id}.bank.internal". Without it, whoever has a certificate of the authority may speak for any node.
	PeerName string
	Tick     time.Duration // between two ticks of the node; 100 ms by default
}

// ErrRemoved is returned by everything once the node has not been a member of the group for a hundred ticks.
var ErrRemoved = errors.New("server: the node was removed from its group")

// ErrInsecure is returned by Start without TLS for an address that others can reach.
var ErrInsecure = errors.New("server: without TLS a node listens on a loopback address alone, such as 127.0.0.1:7201")

// Server runs a node. All methods may be called concurrently.
type Server struct {
	config Config
	node   *replica.Node // only the loop uses it, but for its store
	calls  chan func()   // for the loop
	done   chan struct{} // closed when the loop has ended
	reason error         // why it has; set before done is closed
	// farewell is how many ticks are left of a node that was removed; 0: it was not. Others may need its vote until they know.
	farewell int
	quit     context.CancelFunc
	life     context.Context // of the server

	commands waiting
	reads    reads
	links    *links
	group    sync.WaitGroup
}

// ticksAfterRemoval is how long a node goes on after it was removed: those that do not know it yet may need its vote to learn it.
const ticksAfterRemoval = 100

// callsMax is how many calls come before one step of the node.
const callsMax = 1024

// Start opens the node and begins to serve.
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

// CheckAddress returns an error if an address is none, or ErrInsecure if others can reach it and there is no TLS.
func CheckAddress(address string, with *tls.Config) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("server: the address %q is none; give host:port, such as 127.0.0.1:7201: %w", address, err)
	}
	if ip := net.ParseIP(host); with == nil && host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("%w, and not on %s", ErrInsecure, address)
	}
	return nil
}

// loop owns the node.
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

// leave counts the ticks of a node that was removed, and ends it after the last one.
func (s *Server) leave() {
	if s.farewell == 0 {
		return
	}
	if s.farewell--; s.farewell == 0 && s.reason == nil {
		s.reason = ErrRemoved
	}
}

// note keeps the error of a node that has stopped. Others say that a call came to nothing.
func (s *Server) note(err error) {
	if errors.Is(err, replica.ErrStopped) && s.reason == nil {
		s.reason = err
	}
}

// step lets the node do one step, and hands on what it says.
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

// post hands a call to the goroutine that owns the node, and does not wait for it: what has come from one node by the time the loop
// looks is done before one step. It waits only while too many calls are under way.
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

// do runs a call on the goroutine that owns the node, and waits for it.
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

// Err returns why the server has stopped; nil while it runs.
func (s *Server) Err() error {
	select {
	case <-s.done:
		return s.reason
	default:
		return nil
	}
}

// Status returns what the node knows of itself and its group.
func (s *Server) Status(ctx context.Context) (status replica.Status, err error) {
	err = s.do(ctx, func(n *replica.Node) error {
		status = n.Status()
		return nil
	})
	return status, err
}

// Checkpoint makes a copy of the store of this node in a directory of its machine, which must be empty or missing. The node goes
// on meanwhile.
func (s *Server) Checkpoint(ctx context.Context, dir string) error {
	return s.node.Store().CheckpointContext(ctx, dir)
}

// Close ends the server and closes the store.
func (s *Server) Close() error {
	s.quit()
	err := s.links.close()
	s.group.Wait()
	return errors.Join(err, s.node.Close())
}

package server

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	pb "go.etcd.io/raft/v3/raftpb"
	"google.golang.org/protobuf/proto"

	"github.com/lightningdb/lightning-torture/engine/replica"
)

// links are the connections of a server to other nodes.
type links struct {
	server   *Server
	listener net.Listener
	mu       sync.Mutex
	peers    map[uint64]*peer
	open     map[net.Conn]bool // connections for close to end; nil once it has
	group    sync.WaitGroup
	refused  troubles
}

// peer is another node.
type peer struct {
	id      uint64
	address string
	queue   chan *pb.Message
	stop    context.CancelFunc
	failed  troubles
}

const (
	queueMax    = 4096 // messages that may wait for a slow node
	redialAfter = 100 * time.Millisecond
	dialTimeout = 2 * time.Second
	idleTimeout = time.Minute // after which a connection without progress is closed
)

// listen starts to accept connections and to connect to the configured peers.
func listen(s *Server) (*links, error) {
	listener, err := net.Listen("tcp", s.config.Listen)
	if err != nil {
		return nil, fmt.Errorf("server: %w", err)
	}
	if s.config.TLS != nil {
		c := s.config.TLS.Clone()
		c.ClientAuth = tls.RequireAndVerifyClientCert
		listener = tls.NewListener(listener, c)
	}
	l := &links{server: s, listener: listener, peers: map[uint64]*peer{}, open: map[net.Conn]bool{}}
	for id, address := range s.config.Peers {
		l.connect(id, address)
	}
	l.group.Go(l.accept)
	return l, nil
}

// connect starts the goroutine that sends to a node. If the address of a known node has changed, it replaces the old one.
func (l *links) connect(id uint64, address string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	known := l.peers[id]
	if l.open == nil || id == l.server.config.Node.ID || known != nil && known.address == address {
		return
	}
	if known != nil {
		known.stop()
	}
	ctx, stop := context.WithCancel(l.server.life)
	p := &peer{id: id, address: address, queue: make(chan *pb.Message, queueMax), stop: stop}
	l.peers[id] = p
	l.group.Go(func() { l.run(ctx, p) })
}

func (l *links) knows(id uint64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.peers[id] != nil
}

// send queues messages for their receivers. Messages that do not fit are dropped: raft sends them again.
func (l *links) send(messages []*pb.Message) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, m := range messages {
		if p := l.peers[m.GetTo()]; p != nil {
			select {
			case p.queue <- m:
			default:
			}
		}
	}
}

// run maintains the connection to a node and sends the queued messages.
func (l *links) run(ctx context.Context, p *peer) {
	for ctx.Err() == nil {
		err := l.talk(ctx, p)
		if ctx.Err() != nil || err == nil {
			return
		}
		p.failed.log(l.server.config.Logger, "no connection to another node", err, "node", p.id, "address", p.address)
		l.unreachable(ctx, p.id)
		pause(ctx, redialAfter)
	}
}

// pause waits for d, or until ctx is done.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

func (l *links) unreachable(ctx context.Context, id uint64) {
	_ = l.server.do(ctx, func(n *replica.Node) error { return n.Unreachable(id) }) // the loop notes if the node has stopped
}

// talk sends queued messages over one connection until it fails or ctx is done, and then returns nil.
func (l *links) talk(ctx context.Context, p *peer) (err error) {
	conn, err := l.dial(ctx, p, forMessages)
	if err != nil {
		return err
	}
	defer l.closed(conn)
	out := bufio.NewWriterSize(conn, 64<<10)
	for {
		select {
		case <-ctx.Done():
			return nil
		case m := <-p.queue:
			if err := write(out, m); err != nil {
				return err
			}
		}
		for n := len(p.queue); n > 0; n-- {
			if err := write(out, <-p.queue); err != nil {
				return err
			}
		}
		if err := conn.SetWriteDeadline(deadline()); err != nil {
			return err
		}
		if err := out.Flush(); err != nil {
			return err
		}
	}
}

// deadline returns the time at which a connection without progress times out.
func deadline() time.Time {
	return time.Now().Add(idleTimeout) //nolint:forbidigo // deadlines of the network are on the clock of the machine
}

func write(to io.Writer, m *pb.Message) error {
	b, err := proto.Marshal(m)
	if err != nil {
		return err
	}
	_, err = to.Write(frame(b))
	return err
}

// dial connects to a node and sends the greeting.
func (l *links) dial(ctx context.Context, p *peer, purpose byte) (net.Conn, error) {
	ctx, stop := context.WithTimeout(ctx, dialTimeout)
	defer stop()
	var conn net.Conn
	var err error
	if l.server.config.TLS == nil {
		conn, err = (&net.Dialer{}).DialContext(ctx, "tcp", p.address)
	} else {
		conn, err = (&tls.Dialer{Config: l.server.config.tlsTo(p.id)}).DialContext(ctx, "tcp", p.address)
	}
	if err != nil {
		return nil, err
	}
	of := &l.server.config
	g := greeting{purpose: purpose, group: of.Node.Group, from: of.Node.ID, to: p.id, address: of.Listen}
	if !l.opened(conn) {
		return nil, errors.Join(context.Canceled, conn.Close())
	}
	if _, err := conn.Write(frame(g.bytes())); err != nil {
		l.closed(conn)
		return nil, err
	}
	return conn, nil
}

// opened registers a connection, so that close can end it. It returns false if the server is closed already.
func (l *links) opened(conn net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open == nil {
		return false
	}
	l.open[conn] = true
	return true
}

func (l *links) closed(conn net.Conn) {
	l.mu.Lock()
	delete(l.open, conn)
	l.mu.Unlock()
	_ = conn.Close() // everything was sent by now, or has failed
}

// accept accepts connections from other nodes until the listener is closed.
func (l *links) accept() {
	for {
		conn, err := l.listener.Accept()
		if err != nil {
			return // the listener was closed
		}
		if !l.opened(conn) {
			_ = conn.Close()
			return
		}
		l.group.Go(func() {
			defer l.closed(conn)
			_ = l.receive(conn) // on any error the other side sees the connection end, and dials again
		})
	}
}

// greeted reads the greeting of another node, and checks its identity.
func (l *links) greeted(conn net.Conn) (*greeting, error) {
	if err := conn.SetReadDeadline(deadline()); err != nil {
		return nil, err
	}
	g, err := readGreeting(conn)
	switch node := &l.server.config.Node; {
	case err != nil:
		return nil, err
	case g.group != node.Group || g.to != node.ID:
		return nil, fmt.Errorf("%w: meant for node %d of group %q", errFrame, g.to, g.group)
	}
	return g, l.server.config.identify(conn, g.from)
}

// receive reads what another node sends. Nothing after the greeting is read before the peer's identity was checked.
func (l *links) receive(conn net.Conn) error {
	g, err := l.greeted(conn)
	if err != nil {
		l.refused.log(l.server.config.Logger, "refused a connection", err, "from", conn.RemoteAddr())
		return err
	}
	if !l.knows(g.from) {
		l.connect(g.from, g.address)
	}
	if g.purpose == forSnapshot {
		return l.receiveSnapshot(conn, g.from)
	}
	if err := conn.SetReadDeadline(time.Time{}); err != nil {
		return err
	}
	in := bufio.NewReaderSize(conn, 64<<10)
	for {
		m, err := readMessage(in)
		if err != nil {
			return err
		}
		if !speaksFor(g.from, m) {
			return fmt.Errorf("%w: node %d speaks for node %d", errFrame, g.from, m.GetFrom())
		}
		if err := l.server.post(func(n *replica.Node) error { return n.Step(m) }); err != nil {
			return err
		}
	}
}

func readMessage(from io.Reader) (*pb.Message, error) {
	b, err := readFrame(from, frameBytesMax)
	if err != nil {
		return nil, err
	}
	m := &pb.Message{}
	return m, proto.Unmarshal(b, m)
}

// close ends all connections and waits for their goroutines.
func (l *links) close() error {
	err := l.listener.Close()
	l.mu.Lock()
	for conn := range l.open {
		_ = conn.Close() // nobody waits for what it carries
	}
	l.open = nil
	l.mu.Unlock()
	l.group.Wait()
	return err
}

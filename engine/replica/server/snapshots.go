package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/lightningdb/lightning-torture/engine/replica"
)

// sendSnapshot sends a snapshot over a connection of its own, so that it does not delay messages. It then tells the node
// whether the snapshot has arrived.
func (l *links) sendSnapshot(s *replica.Snapshot) {
	to := s.Message.GetTo()
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.peers[to]
	if l.open == nil {
		p = nil // the server is closed
	}
	l.server.group.Go(func() {
		ctx := l.server.life
		arrived := p != nil && l.carry(ctx, p, s) == nil
		_ = s.Close() // only read
		_ = l.server.do(ctx, func(n *replica.Node) error { return n.SnapshotSent(to, arrived) })
	})
}

// carry sends a snapshot and waits until the receiver has passed it to its node.
func (l *links) carry(ctx context.Context, p *peer, s *replica.Snapshot) error {
	conn, err := l.dial(ctx, p, forSnapshot)
	if err != nil {
		return err
	}
	defer l.closed(conn)
	if err := write(conn, s.Message); err != nil {
		return err
	}
	for {
		chunk, err := s.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return l.storeFailed(err)
		}
		if err := conn.SetDeadline(deadline()); err != nil {
			return err
		}
		if _, err := conn.Write(frame(chunk)); err != nil {
			return err
		}
	}
	_, err = io.ReadFull(conn, make([]byte, 1))
	return err
}

// receiveSnapshot stages a snapshot while the node goes on, and passes it to the node once it is complete.
func (l *links) receiveSnapshot(conn net.Conn, from uint64) error {
	m, err := readMessage(conn)
	switch {
	case err != nil:
		return err
	case !speaksFor(from, m):
		return fmt.Errorf("%w: node %d speaks for node %d", errFrame, from, m.GetFrom())
	}
	var r *replica.Receiver
	if err := l.server.do(l.server.life, func(n *replica.Node) (err error) {
		r, err = n.Receive(m)
		return err
	}); err != nil {
		return err
	}
	for !r.Whole() {
		if err := conn.SetReadDeadline(deadline()); err != nil {
			return err
		}
		chunk, err := readFrame(conn, frameBytesMax)
		if err != nil {
			return err
		}
		switch err := r.Add(chunk); {
		case errors.Is(err, replica.ErrChunk):
			return err
		case err != nil:
			return l.storeFailed(err)
		}
	}
	if err := l.server.do(l.server.life, func(n *replica.Node) error { return n.StepSnapshot(r) }); err != nil {
		return err
	}
	_, err = conn.Write([]byte{1})
	return err
}

// storeFailed stops the node because of an error of its store, and returns that error.
func (l *links) storeFailed(err error) error {
	return errors.Join(err, l.server.do(l.server.life, func(n *replica.Node) error { return n.StoreFailed(err) }))
}

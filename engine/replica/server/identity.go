package server

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"

	pb "go.etcd.io/raft/v3/raftpb"
)

// idPlace is the placeholder for a node's number in Config.PeerName.
const idPlace = "{id}"

// ErrPeerName is returned by Start for a Config.PeerName without {id}, or without TLS.
var ErrPeerName = errors.New("server: Config.PeerName must contain {id}, for the number of the node, and needs Config.TLS")

func (c *Config) checkPeerName() error {
	if c.PeerName != "" && (!strings.Contains(c.PeerName, idPlace) || c.TLS == nil) {
		return fmt.Errorf("%w: it is %q", ErrPeerName, c.PeerName)
	}
	return nil
}

// nameOf returns the name that the certificate of a node must be valid for, or "" if any name will do.
func (c *Config) nameOf(id uint64) string {
	return strings.ReplaceAll(c.PeerName, idPlace, strconv.FormatUint(id, 10))
}

// tlsTo returns the TLS configuration for dialing a node. Its certificate must be valid for its name or, without
// Config.PeerName, for its address.
func (c *Config) tlsTo(id uint64) *tls.Config {
	if c.PeerName == "" {
		return c.TLS
	}
	with := c.TLS.Clone()
	with.ServerName = c.nameOf(id)
	return with
}

// identify checks that the peer of an incoming connection may speak for a node. The TLS handshake is complete.
func (c *Config) identify(conn net.Conn, id uint64) error {
	if c.PeerName == "" {
		return nil
	}
	secure, ok := conn.(*tls.Conn)
	if !ok {
		return fmt.Errorf("%w: no TLS", errFrame)
	}
	if err := secure.ConnectionState().PeerCertificates[0].VerifyHostname(c.nameOf(id)); err != nil {
		return fmt.Errorf("%w: the certificate is not that of node %d: %w", errFrame, id, err)
	}
	return nil
}

// speaksFor reports whether a message may arrive on a connection that node id opened. MsgTransferLeader is an exception: when a
// node forwards it, its From is the node that is to lead.
func speaksFor(id uint64, m *pb.Message) bool {
	return m.GetFrom() == id || m.GetType() == pb.MsgTransferLeader
}

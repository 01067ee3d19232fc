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

// idPlace is where the number of a node stands in Config.PeerName.
const idPlace = "{id}"

// ErrPeerName is returned by Start for a Config.PeerName that tells nobody apart.
var ErrPeerName = errors.New("server: Config.PeerName needs {id} in it, for the number of the node, and Config.TLS")

func (c *Config) checkPeerName() error {
	if c.PeerName != "" && (!strings.Contains(c.PeerName, idPlace) || c.TLS == nil) {
		return fmt.Errorf("%w: it is %q", ErrPeerName, c.PeerName)
	}
	return nil
}

// nameOf returns the name for which the certificate of a node has to be; empty if any name will do.
func (c *Config) nameOf(id uint64) string {
	return strings.ReplaceAll(c.PeerName, idPlace, strconv.FormatUint(id, 10))
}

// tlsTo returns how a node is dialled: its certificate is for its address, or for its name if nodes have names.
func (c *Config) tlsTo(id uint64) *tls.Config {
	if c.PeerName == "" {
		return c.TLS
	}
	with := c.TLS.Clone()
	with.ServerName = c.nameOf(id)
	return with
}

// identify asks whether who has connected may speak for a node. The handshake is over.
func (c *Config) identify(conn net.Conn, id uint64) error {
	if c.PeerName == "" {
		return nil
	}
	secure, ok := conn.(*tls.Conn)
	if !ok {
		return fmt.Errorf("%w: a connection without TLS", errFrame)
	}
	if err := secure.ConnectionState().PeerCertificates[0].VerifyHostname(c.nameOf(id)); err != nil {
		return fmt.Errorf("%w: it is not node %d: %w", errFrame, id, err)
	}
	return nil
}

// speaksFor reports whether a message may come from the node that greeted. A request to hand over the leadership, which a node passes
// on, names the node that is to lead.
func speaksFor(id uint64, m *pb.Message) bool {
	return m.GetFrom() == id || m.GetType() == pb.MsgTransferLeader
}

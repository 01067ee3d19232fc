package server

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"math/big"
	"net"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	pb "go.etcd.io/raft/v3/raftpb"
	"google.golang.org/protobuf/proto"

	"github.com/lightningdb/lightning-torture/engine/replica"
)

// farTerm is a term that a group reaches only if it accepts a stranger's message.
const farTerm = 1000

// TestStrangersAreNotHeard opens connections on which a stranger claims to be the leader of a far term.
func TestStrangersAreNotHeard(t *testing.T) {
	t.Parallel()
	office, plain := newSigner(t), start(t, 3, nil)
	put(t, plain.running[1], "k", "v")
	named := start(t, 1, nil, func(c *Config) { c.TLS, c.PeerName = office.config(t, "node-1.test"), "node-{id}.test" })
	put(t, named.running[1], "k", "v")
	for name, c := range map[string]struct {
		group *nodes
		dial  *tls.Config
		hello greeting
		from  uint64 // of the message
	}{
		"another group":                {group: plain, hello: greeting{group: "other", from: 2, to: 1}, from: 2},
		"a greeting for another node":  {group: plain, hello: greeting{group: "test", from: 2, to: 3}, from: 2},
		"a message of another node":    {group: plain, hello: greeting{group: "test", from: 2, to: 1}, from: 3},
		"the certificate of another":   {named, office.config(t, "node-3.test"), greeting{group: "test", from: 2, to: 1}, 2},
		"a certificate without a name": {named, office.config(t, ""), greeting{group: "test", from: 2, to: 1}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := net.Dial("tcp", c.group.addresses[1])
			require.NoError(t, err)
			if c.dial != nil {
				with := c.dial.Clone()
				with.ServerName = "node-1.test"
				conn = tls.Client(conn, with)
			}
			c.hello.purpose = forMessages
			message, err := proto.Marshal(&pb.Message{Type: pb.MsgHeartbeat.Enum(), From: new(c.from), To: new(uint64(1)), Term: new(uint64(farTerm))})
			require.NoError(t, err)
			_, err = conn.Write(append(frame(c.hello.bytes()), frame(message)...))
			require.NoError(t, err)
			assert.True(t, hungUp(t, conn, c.group.running[1]), "the message was accepted")
			require.NoError(t, conn.Close())
			assert.Less(t, termOf(t, c.group.running[1]), uint64(farTerm))
		})
	}
}

// hungUp waits until the other side ends the connection. It returns false if the other side accepted the message instead.
func hungUp(t *testing.T, conn net.Conn, s *Server) bool {
	t.Helper()
	ended := make(chan error, 1)
	go func() {
		_, err := io.Copy(io.Discard, conn)
		ended <- err
	}()
	for termOf(t, s) < farTerm {
		select {
		case <-ended:
			return true
		default:
		}
	}
	return false
}

func termOf(t *testing.T, s *Server) uint64 {
	t.Helper()
	status, err := s.Status(t.Context())
	require.NoError(t, err)
	return status.Term
}

// TestNodesKnowEachOtherByName runs a group whose nodes have a certificate each.
func TestNodesKnowEachOtherByName(t *testing.T) {
	t.Parallel()
	office := newSigner(t)
	g := start(t, 3, nil, func(c *Config) {
		c.PeerName = "node-{id}.test"
		c.TLS = office.config(t, c.nameOf(c.Node.ID))
	})
	put(t, g.running[1], "k", "v")
	assert.Equal(t, "v", get(t, g.running[3], "k"))

	for _, c := range []Config{{PeerName: "node.test", TLS: &tls.Config{}}, {PeerName: "node-{id}.test"}} {
		c.Node, c.Listen = replica.Config{ID: 1, Group: "test", Dir: filepath.Join(t.TempDir(), "x")}, "127.0.0.1:0"
		_, err := Start(c)
		require.ErrorIs(t, err, ErrPeerName)
	}
}

// signer signs certificates.
type signer struct {
	key *ecdsa.PrivateKey
	own *x509.Certificate
}

func newSigner(t *testing.T) *signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	c := certificate("authority")
	c.IsCA, c.KeyUsage = true, x509.KeyUsageCertSign
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	require.NoError(t, err)
	own, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return &signer{key: key, own: own}
}

func certificate(name string) *x509.Certificate {
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<33, 0), BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	c.Subject.CommonName = "x"
	if name != "" {
		c.DNSNames = []string{name}
	}
	return c
}

// config returns a TLS configuration with a certificate for the given name.
func (o *signer) config(t *testing.T, name string) *tls.Config {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	der, err := x509.CreateCertificate(rand.Reader, certificate(name), o.own, &key.PublicKey, o.key)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(o.own)
	return &tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, RootCAs: pool, ClientCAs: pool, MinVersion: tls.VersionTLS13,
	}
}

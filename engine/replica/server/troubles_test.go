package server

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheSameTroubleIsLoggedOnce(t *testing.T) {
	t.Parallel()
	said := &journal{}
	to, troubles := slog.New(slog.NewTextHandler(said, nil)), &troubles{}
	refused := func(port int) error {
		return &net.OpError{Op: "dial", Net: "tcp", Addr: &net.TCPAddr{Port: port}, Err: syscall.ECONNREFUSED}
	}
	for _, err := range []error{refused(1), refused(2), io.EOF, net.ErrClosed, refused(3), errors.New("another"), refused(4)} {
		troubles.log(to, "no connection", err, "node", 7)
	}
	lines := strings.Split(strings.TrimSpace(said.String()), "\n")
	require.Len(t, lines, 3)
	assert.Contains(t, lines[0], `msg="no connection" node=7 why="connection refused"`)
	assert.Contains(t, lines[1], "why=another")
	troubles.log(nil, "no connection", refused(1))
}

// Both sides say why a node with a certificate of another authority does not take part.
func TestAWrongCertificateIsLogged(t *testing.T) {
	t.Parallel()
	office, forger := newSigner(t), newSigner(t)
	logs := map[uint64]*journal{}
	g := start(t, 3, nil, func(c *Config) {
		logs[c.Node.ID] = &journal{}
		c.Logger = slog.New(slog.NewTextHandler(logs[c.Node.ID], nil))
		c.PeerName = "node-{id}.test"
		c.TLS = office.config(t, c.nameOf(c.Node.ID))
		if c.Node.ID == 3 {
			c.TLS.Certificates = forger.config(t, "node-3.test").Certificates
		}
	})
	put(t, g.running[1], "k", "v") // two of three suffice
	for id, says := range map[uint64][]string{
		1: {`msg="no connection to another node" node=3`, "signed by unknown authority"},
		3: {`msg="refused a connection" from=127.0.0.1`, "tls: bad certificate"},
	} {
		for _, text := range says {
			require.Eventually(t, func() bool { return strings.Contains(logs[id].String(), text) }, patience, time.Millisecond, "node %d: %s", id, text)
		}
	}
}

// journal is a buffer for several goroutines.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

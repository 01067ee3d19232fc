package server

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine/replica"
)

// patience is the timeout of calls that return by themselves unless something is broken.
const patience = 2 * time.Minute

// nodes are the servers of one group on this machine.
type nodes struct {
	dir       string
	addresses map[uint64]string
	running   map[uint64]*Server
	tls       *tls.Config
}

// start starts nodes 1 to n, after applying the changes to each configuration.
func start(t *testing.T, n uint64, with *tls.Config, changes ...func(*Config)) *nodes {
	t.Helper()
	g := &nodes{dir: t.TempDir(), addresses: map[uint64]string{}, running: map[uint64]*Server{}, tls: with}
	for id := uint64(1); id <= n; id++ {
		g.addresses[id] = free(t)
	}
	for id := range g.addresses {
		c := g.config(id)
		for _, change := range changes {
			change(&c)
		}
		g.run(t, c)
	}
	t.Cleanup(func() {
		for _, s := range g.running {
			assert.NoError(t, s.Close())
		}
	})
	return g
}

// free returns an unused address.
func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := l.Addr().String()
	require.NoError(t, l.Close())
	return address
}

func (g *nodes) config(id uint64) Config {
	c := Config{
		Node:   replica.Config{ID: id, Group: "test", Dir: filepath.Join(g.dir, fmt.Sprint(id)), LogEntries: 10},
		Listen: g.addresses[id], Peers: map[uint64]string{}, TLS: g.tls, Tick: 10 * time.Millisecond,
	}
	for other, address := range g.addresses {
		c.Peers[other] = address
		c.Node.Members = append(c.Node.Members, other)
	}
	return c
}

func (g *nodes) run(t *testing.T, c Config) *Server {
	t.Helper()
	s, err := Start(c)
	require.NoError(t, err)
	g.running[c.Node.ID] = s
	return s
}

// stop ends a node.
func (g *nodes) stop(t *testing.T, id uint64) {
	t.Helper()
	require.NoError(t, g.running[id].Close())
	delete(g.running, id)
}

func put(t *testing.T, s *Server, key, value string) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), patience)
	defer stop()
	outcome, err := s.Do(ctx, nil, []replica.Write{{Key: []byte(key), Value: []byte(value)}})
	require.NoError(t, err)
	require.Equal(t, replica.Done, outcome)
}

func get(t *testing.T, s *Server, key string) string {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), patience)
	defer stop()
	value, _, err := s.Get(ctx, []byte(key))
	require.NoError(t, err)
	return string(value)
}

func TestEveryNodeShowsWhatAnyNodeHasAcknowledged(t *testing.T) {
	t.Parallel()
	g := start(t, 3, nil)
	var clients sync.WaitGroup
	for c := range 9 {
		clients.Go(func() {
			for i := range 10 {
				key, value := fmt.Sprintf("k%d", c), fmt.Sprint(i)
				put(t, g.running[uint64(c%3)+1], key, value)
				assert.Equal(t, value, get(t, g.running[uint64((c+i)%3)+1], key))
			}
		})
	}
	clients.Wait()
	_, err := g.running[1].Do(t.Context(), nil, []replica.Write{{Key: []byte(reservedPrefix + "x")}})
	require.ErrorIs(t, err, ErrReserved)
}

func TestANodeCatchesUpAfterARestart(t *testing.T) {
	t.Parallel()
	g := start(t, 3, nil)
	put(t, g.running[1], "k", "before")
	g.stop(t, 3)
	for i := range 60 { // more than the log keeps, so the node gets a snapshot
		put(t, g.running[1], "k", fmt.Sprint(i))
	}
	back := g.run(t, g.config(3))
	assert.Equal(t, "59", get(t, back, "k"))
	g.stop(t, 1) // a majority is still running
	put(t, back, "k", "after")
	assert.Equal(t, "after", get(t, g.running[2], "k"))
}

func TestANewNodeLearnsThenVotesAndAnOldOneIsRemoved(t *testing.T) {
	t.Parallel()
	g := start(t, 3, nil)
	put(t, g.running[1], "k", "v")
	fourth := g.config(1)
	g.addresses[4] = free(t)
	fourth.Node.ID, fourth.Node.Dir, fourth.Node.Members, fourth.Listen = 4, filepath.Join(g.dir, "4"), nil, g.addresses[4]
	fourth.Peers = map[uint64]string{1: g.addresses[1]} // it learns the others from the group
	joined := g.run(t, fourth)
	ctx, stop := context.WithTimeout(t.Context(), patience)
	defer stop()
	require.NoError(t, g.running[1].ChangeMembers(ctx, Member{Node: 4, Change: "add-learner", Address: g.addresses[4]}))
	require.NoError(t, g.running[1].ChangeMembers(ctx, Member{Node: 4, Change: "add-voter"}, Member{Node: 2, Change: "remove"}))
	assert.Equal(t, "v", get(t, joined, "k"))
	status, err := joined.Status(ctx)
	require.NoError(t, err)
	assert.ElementsMatch(t, []uint64{1, 3, 4}, status.Voters)
	put(t, joined, "k", "w")
	assert.Equal(t, "w", get(t, g.running[3], "k"))
	require.ErrorIs(t, g.running[1].ChangeMembers(ctx, Member{Node: 5, Change: "promote"}), replica.ErrMembers)
}

func TestANodeListensToNobodyElse(t *testing.T) {
	t.Parallel()
	_, err := Start(Config{Node: replica.Config{ID: 1, Group: "test", Dir: t.TempDir()}, Listen: "0.0.0.0:0"})
	require.ErrorIs(t, err, ErrInsecure)

	ours, theirs := authority(t), authority(t)
	for address, want := range map[string]error{
		"127.0.0.1:1": nil, "[::1]:1": nil, "localhost:1": nil, ":1": ErrInsecure, "0.0.0.0:1": ErrInsecure, "10.0.0.1:1": ErrInsecure, "db:1": ErrInsecure,
	} {
		require.ErrorIs(t, CheckAddress(address, nil), want, address)
		require.NoError(t, CheckAddress(address, ours), address)
	}
	require.ErrorContains(t, CheckAddress("127.0.0.1", ours), "give host:port")
	g := start(t, 3, ours)
	put(t, g.running[1], "k", "v")
	stranger, err := (&tls.Dialer{Config: theirs}).DialContext(t.Context(), "tcp", g.addresses[1])
	if err == nil { // in TLS 1.3 the dialer may be done first; the server then ends the connection
		_, err = stranger.Read(make([]byte, 1))
		require.NoError(t, stranger.Close())
	}
	require.Error(t, err)
	plain, err := net.Dial("tcp", g.addresses[1])
	require.NoError(t, err)
	_, err = plain.Write(frame((&greeting{purpose: forMessages, group: "test", from: 2, to: 1}).bytes()))
	require.NoError(t, err)
	_, err = io.ReadAll(plain) // a TLS alert, then EOF
	if err == nil {
		require.NoError(t, plain.Close())
	}
	assert.Equal(t, "v", get(t, g.running[2], "k"))
}

// authority returns the TLS configuration of nodes that share one certificate, signed by itself.
func authority(t *testing.T) *tls.Config {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "node"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<33, 0), IsCA: true, BasicConstraintsValid: true,
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	require.NoError(t, err)
	signed, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(signed)
	return &tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, RootCAs: pool, ClientCAs: pool, MinVersion: tls.VersionTLS13,
	}
}

func TestClientsTalkHTTP(t *testing.T) {
	t.Parallel()
	g := start(t, 1, nil)
	put(t, g.running[1], "k", "v")
	web := httptest.NewServer(g.running[1].Handler())
	defer web.Close()
	for _, c := range []struct {
		method, path, body string
		code               int
		answer             string
	}{
		{http.MethodGet, "/v1/pairs/k", "", 200, "v"},
		{http.MethodGet, "/v1/pairs/none", "", 404, "there is no such key"},
		{http.MethodPut, "/v1/pairs/a%2Fb%00", "\x00\xff", 204, ""},
		{http.MethodGet, "/v1/pairs/a%2Fb%00", "", 200, "\x00\xff"},
		{http.MethodDelete, "/v1/pairs/k", "", 204, ""},
		{http.MethodGet, "/v1/pairs/k", "", 404, "there is no such key"},
		{http.MethodPut, "/v1/pairs/%00lightning%2Fx", "", 400, ErrReserved.Error()},
		{http.MethodGet, "/healthz", "", 200, "ok"},
		{http.MethodGet, "/v1/status", "", 200, `"Voters":[1]`},
		{http.MethodPost, "/v1/members", `[{"node":0,"change":"remove"}]`, 400, "change"},
		{http.MethodPost, "/v1/members", "?", 400, "invalid character"},
		{http.MethodPost, "/v1/checkpoint", "{}", 400, "needs a directory"},
		{http.MethodPost, "/v1/checkpoint", fmt.Sprintf("{%q:%q}", "dir", filepath.Join(g.dir, "copy")), 204, ""},
	} {
		r, err := http.NewRequestWithContext(t.Context(), c.method, web.URL+c.path, strings.NewReader(c.body))
		require.NoError(t, err)
		answer, err := web.Client().Do(r)
		require.NoError(t, err)
		body, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		assert.Equal(t, c.code, answer.StatusCode, "%s %s: %s", c.method, c.path, body)
		assert.Contains(t, string(body), c.answer, "%s %s", c.method, c.path)
	}
}

func FuzzFrames(f *testing.F) {
	g := greeting{purpose: forMessages, group: "test", from: 1, to: 2}
	f.Add(frame(g.bytes()))
	f.Fuzz(func(_ *testing.T, b []byte) {
		_, _ = readGreeting(bytes.NewReader(b))
		_, _ = readMessage(bytes.NewReader(b))
	})
}

package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/engine/replica"
	"github.com/lightningdb/lightning-torture/engine/replica/server"
)

// certificates are the TLS files that nodes and clients use.
type certificates struct{ cert, key, ca string }

func (f *certificates) add(c *cobra.Command) {
	to := c.Flags()
	to.StringVar(&f.cert, "cert", "", "`FILE` with this side's certificate; together with --key and --ca it turns on TLS")
	to.StringVar(&f.key, "key", "", "`FILE` with the certificate's private key")
	to.StringVar(&f.ca, "ca", "", "`FILE` with the authorities that sign the other side's certificates")
}

// config returns the TLS configuration, or nil if no file is given.
func (f *certificates) config() (*tls.Config, error) {
	if f.cert == "" && f.key == "" && f.ca == "" {
		return nil, nil
	}
	if f.cert == "" || f.key == "" || f.ca == "" {
		return nil, fmt.Errorf("%w: --cert, --key and --ca must be given together", errUsage)
	}
	cert, err := tls.LoadX509KeyPair(f.cert, f.key)
	if err != nil {
		return nil, fmt.Errorf("--cert and --key: %w", err)
	}
	text, err := os.ReadFile(f.ca)
	if err != nil {
		return nil, fmt.Errorf("--ca: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("--ca: no PEM certificate in %s", f.ca)
	}
	return &tls.Config{
		Certificates: []tls.Certificate{cert}, RootCAs: pool, ClientCAs: pool, MinVersion: tls.VersionTLS13,
	}, nil
}

// serveFlags are the flags of serve.
type serveFlags struct {
	certificates
	id                      uint64
	group, dir, listen, api string
	peers                   []string
	join                    bool
	tick                    time.Duration
	peerName                string
}

const serveLong = `Run a node. A new group consists of the node and its peers; start each of them with the same members.
With --join the node waits until it is added to an existing group: lightning-replica member add.`

func serveCommand() *cobra.Command {
	f := &serveFlags{}
	c := &cobra.Command{
		Use: "serve", Short: "Run a node", Long: serveLong, Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error { return f.serve(c.Context()) },
	}
	to := c.Flags()
	to.Uint64Var(&f.id, "id", 0, "`NUMBER` of this node, unique in its group")
	to.StringVar(&f.group, "group", "lightning", "`NAME` of the group")
	to.StringVar(&f.dir, "dir", "", "`DIR` that holds the store")
	to.StringVar(&f.listen, "listen", "127.0.0.1:7200", "`ADDRESS` at which other nodes reach this one")
	to.StringVar(&f.api, "api", "127.0.0.1:7300", "`ADDRESS` of the HTTP API for clients")
	to.StringArrayVar(&f.peers, "peer", nil, "`ID=ADDRESS` of another node (repeatable)")
	to.BoolVar(&f.join, "join", false, "join an existing group")
	to.StringVar(&f.peerName, "peer-name", "", "`NAME` that each node's certificate must be valid for, such as node-{id}.bank.internal; without it, any "+
		"certificate of the authority may speak for any node")
	to.DurationVar(&f.tick, "tick", 100*time.Millisecond, "`TIME` between two heartbeats; after ten without a heartbeat, a node stands for election")
	f.add(c)
	return c
}

func (f *serveFlags) config() (server.Config, error) {
	c := server.Config{Listen: f.listen, Tick: f.tick, PeerName: f.peerName, Peers: map[uint64]string{}, Logger: slog.Default()}
	switch {
	case f.id == 0:
		return c, fmt.Errorf("%w: --id is missing; give each node a unique number, starting at 1", errUsage)
	case f.dir == "":
		return c, fmt.Errorf("%w: --dir is missing; name the directory for the store of node %d", errUsage, f.id)
	case f.tick < time.Millisecond:
		return c, fmt.Errorf("%w: --tick is %v; give at least 1ms", errUsage, f.tick)
	}
	for _, p := range f.peers {
		id, address, found := strings.Cut(p, "=")
		n, err := strconv.ParseUint(id, 10, 64)
		if _, _, bad := net.SplitHostPort(address); !found || err != nil || n == 0 || bad != nil {
			return c, fmt.Errorf("%w: --peer %q is not ID=HOST:PORT", errUsage, p)
		}
		c.Peers[n] = address
	}
	c.Node = replica.Config{ID: f.id, Group: f.group, Dir: f.dir}
	if !f.join {
		c.Node.Members = append(slices.Sorted(maps.Keys(c.Peers)), f.id)
		slices.Sort(c.Node.Members)
		c.Node.Members = slices.Compact(c.Node.Members)
	}
	var err error
	c.TLS, err = f.certificates.config()
	return c, err
}

func (f *serveFlags) serve(ctx context.Context) error {
	config, err := f.config()
	if err != nil {
		return err
	}
	if err := server.CheckAddress(f.api, config.TLS); err != nil {
		return fmt.Errorf("%w: --api: %w", errUsage, err)
	}
	if err := server.CheckAddress(f.listen, config.TLS); err != nil {
		return fmt.Errorf("%w: --listen: %w", errUsage, err)
	}
	s, err := server.Start(config)
	if err != nil {
		return err
	}
	api, err := net.Listen("tcp", f.api)
	if err != nil {
		return errors.Join(err, s.Close())
	}
	if config.TLS != nil {
		with := config.TLS.Clone()
		with.ClientAuth = tls.RequireAndVerifyClientCert
		api = tls.NewListener(api, with)
	}
	web := &http.Server{Handler: s.Handler(), ReadHeaderTimeout: 10 * time.Second}
	served := make(chan error, 1)
	go func() { served <- web.Serve(api) }()
	slog.Info("serving", "node", f.id, "group", f.group, "nodes", f.listen, "clients", f.api)
	select {
	case <-ctx.Done():
	case <-s.Done():
	}
	failed := s.Err()
	err = errors.Join(web.Close(), s.Close())
	if served := <-served; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return errors.Join(failed, err)
}

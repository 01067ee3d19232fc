package broker

import (
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// Server is a NATS server in this process.
type Server struct {
	nats   *server.Server
	secret string
}

// The limits of a server.
const (
	payloadMax     = 1 << 20 // bytes of a message
	connectionsMax = 4096    // one per worker, and some spare
	storeBytesMax  = 1 << 40 // of all queues and buckets, which have their own limits; deleted data counts for a while
	memoryBytesMax = 64 << 20
	startPatience  = time.Minute
	loginPatience  = 30 // seconds; generous, because a busy machine is slow
)

// Start starts a server at an address such as 127.0.0.1:4270; port 0 chooses a free port. The server keeps the queue and the
// evidence in dir, which it creates if necessary. Errors wrap ErrFiles if the files or the address are at fault.
func Start(address, dir string, f Files) (*Server, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("%w: address %q: %w; give host:port, such as 127.0.0.1:4270", ErrFiles, address, err)
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return nil, fmt.Errorf("%w: port of %q: %w", ErrFiles, address, err)
	}
	with, err := f.tls()
	if err != nil {
		return nil, err
	}
	secret, err := f.secret()
	if err != nil {
		return nil, err
	}
	if f.Credentials != "" && secret == "" {
		return nil, fmt.Errorf("%w: %s is a NATS .creds file, but the built-in server has no accounts; put a secret in the file, or give the "+
			"URL of your own server", ErrFiles, f.Credentials)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) && (with == nil || secret == "") {
		return nil, fmt.Errorf("%w: others can reach %s; give --cert, --key, --ca and --credentials, or listen on a loopback address", ErrFiles, address)
	}
	o := &server.Options{
		ServerName: "lightning-fleet", Host: host, Port: int(number), JetStream: true, StoreDir: dir, NoSigs: true, NoLog: true, MaxPayload: payloadMax,
		MaxConn: connectionsMax, JetStreamMaxStore: storeBytesMax, JetStreamMaxMemory: memoryBytesMax, Authorization: secret, AuthTimeout: loginPatience,
		TLSTimeout: loginPatience, TLSConfig: with, TLSVerify: with != nil, TLS: with != nil,
	}
	if number == 0 {
		o.Port = server.RANDOM_PORT
	}
	return start(o, secret)
}

func start(o *server.Options, secret string) (*Server, error) {
	s, err := server.NewServer(o)
	if err != nil {
		return nil, err
	}
	s.Start()
	if !s.ReadyForConnections(startPatience) || !s.JetStreamEnabled() {
		s.Shutdown()
		return nil, fmt.Errorf("broker at %s:%d with directory %s did not start; is the address in use? The directory can be removed, nothing "+
			"in it is needed", o.Host, o.Port, o.StoreDir)
	}
	return &Server{nats: s, secret: secret}, nil
}

// Address returns the address at which the server listens.
func (s *Server) Address() string { return s.nats.Addr().String() }

// Connect returns a connection from within this process.
func (s *Server) Connect() (*nats.Conn, error) {
	return nats.Connect("", append(lasting("coordinator"), nats.InProcessServer(s.nats), nats.Token(s.secret))...)
}

// Close shuts the server down. Another server can use its directory afterwards.
func (s *Server) Close() error {
	s.nats.Shutdown()
	s.nats.WaitForShutdown()
	return nil
}

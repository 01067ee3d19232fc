package broker

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
)

// reconnectWait is between two attempts to reach a server.
const reconnectWait = 250 * time.Millisecond

// lasting returns the options of a connection that reconnects forever. Sending while disconnected is an error rather than
// buffered: every sender retries by itself.
func lasting(name string) []nats.Option {
	return []nats.Option{
		nats.Name(name), nats.MaxReconnects(-1), nats.ReconnectWait(reconnectWait), nats.ReconnectJitter(reconnectWait, reconnectWait),
		nats.RetryOnFailedConnect(true), nats.ReconnectBufSize(-1), nats.IgnoreAuthErrorAbort(),
		nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}), // requests return their errors; without a handler NATS prints them
	}
}

// Dial returns a connection to a server at host:port or at a NATS URL. It returns at once, whether or not the server can be
// reached; see Reached. Errors wrap ErrFiles.
func Dial(address, name string, f Files) (*nats.Conn, error) {
	with, err := f.tls()
	if err != nil {
		return nil, err
	}
	secret, err := f.secret()
	if err != nil {
		return nil, err
	}
	options := lasting(name)
	if with != nil {
		options = append(options, nats.Secure(with))
	}
	switch {
	case secret != "":
		options = append(options, nats.Token(secret))
	case f.Credentials != "":
		options = append(options, nats.UserCredentials(f.Credentials))
	}
	if !strings.Contains(address, "://") {
		address = "nats://" + address
	}
	c, err := nats.Connect(address, options...)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFiles, err)
	}
	return c, nil
}

// Reached waits until the connection is established. If ctx is done before, the error says why it is not.
func Reached(ctx context.Context, c *nats.Conn) error {
	ticker := time.NewTicker(reconnectWait / 10)
	defer ticker.Stop()
	for !c.IsConnected() {
		select {
		case <-ctx.Done():
			if err := c.LastError(); err != nil {
				return fmt.Errorf("no connection to the broker: %w", err)
			}
			return fmt.Errorf("no connection to the broker: %w", context.Cause(ctx))
		case <-ticker.C:
		}
	}
	return nil
}

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

// lasting are the options of a connection that comes back by itself, for as long as it takes. What cannot be sent meanwhile is an
// error: whoever sends has its own patience.
func lasting(name string) []nats.Option {
	return []nats.Option{
		nats.Name(name), nats.MaxReconnects(-1), nats.ReconnectWait(reconnectWait), nats.ReconnectJitter(reconnectWait, reconnectWait),
		nats.RetryOnFailedConnect(true), nats.ReconnectBufSize(-1), nats.IgnoreAuthErrorAbort(),
		nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}), // requests have errors of their own; without this NATS prints
	}
}

// Dial returns a connection to a server at host:port, or at a URL of NATS. It returns at once, whether the server is there or not.
// Errors wrap ErrFiles.
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

// Reached waits until a connection is there. The error says why it is not.
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

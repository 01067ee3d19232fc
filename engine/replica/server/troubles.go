package server

import (
	"errors"
	"io"
	"log/slog"
	"net"
	"sync"
)

// troubles logs why connections between nodes fail. Nodes dial again ten times a second, so the same reason in a row is logged once.
type troubles struct {
	mu   sync.Mutex
	last string
}

func (t *troubles) log(to *slog.Logger, text string, err error, about ...any) {
	if to == nil || errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) {
		return // somebody ended the connection, as at the end of a process
	}
	why := err.Error()
	if op := (*net.OpError)(nil); errors.As(err, &op) {
		why = op.Err.Error() // without the ports, which differ each time
	}
	t.mu.Lock()
	again := why == t.last
	t.last = why
	t.mu.Unlock()
	if !again {
		to.Warn(text, append(about, "why", why)...)
	}
}

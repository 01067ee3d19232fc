package process

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Probe says how to find out that a server is ready. One field is set.
type Probe struct {
	Command []string `json:"command,omitempty"` // it exits with 0
	Output  string   `json:"output,omitempty"`  // a regular expression that matches a line that the server prints
	Port    int      `json:"port,omitempty"`    // it accepts connections on this port of 127.0.0.1 or ::1
	File    string   `json:"file,omitempty"`    // it has made this file
}

// Errors of Await.
var (
	ErrEnded = errors.New("the server has ended") // before it was ready
	ErrLate  = errors.New("the server is not ready in time")
)

// How often a server is asked whether it is ready: often at first.
const (
	firstPause = time.Millisecond
	lastPause  = 50 * time.Millisecond
)

// Await returns when the server is ready. The error is ErrEnded, ErrLate, that of ctx, or says that the probe cannot be run.
func (s *Server) Await(ctx context.Context, patience time.Duration) error {
	inTime, stop := context.WithTimeout(ctx, patience)
	defer stop()
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		if ready, err := s.ready(inTime); ready || err != nil && inTime.Err() == nil {
			return err
		}
		timer := time.NewTimer(pause)
		select {
		case <-s.said.found:
			return nil
		case <-s.ended:
			return ErrEnded
		case <-inTime.Done():
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			return ErrLate
		case <-timer.C:
		}
	}
}

// ready asks once.
func (s *Server) ready(ctx context.Context) (yes bool, err error) {
	p := s.probe
	switch {
	case p.Output != "":
		return false, nil // Await hears of it
	case p.Port != 0:
		s.room.inside(func() { yes = accepts(p.Port) })
		return yes, nil
	}
	args := p.Command
	if p.File != "" { // the lab itself must not look at a disk that it serves
		args = []string{"test", "-e", p.File}
	}
	end, err := Command{Args: args, Env: s.env, Room: s.room}.Run(ctx, probePatience)
	if err == nil && end.NoSuchCommand() {
		err = fmt.Errorf("%s %w: %s", strings.Join(args, " "), ErrNotRun, end.Last("there is no such command"))
	}
	return err == nil && end.Code == 0 && !s.HasEnded(), err
}

// probePatience is how long a probe may take before it is asked again.
const probePatience = 10 * time.Second

package process

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Probe says how to find out that a server is ready. Exactly one field is set.
type Probe struct {
	Command []string `json:"command,omitempty"` // exits with 0 once the server is ready
	Output  string   `json:"output,omitempty"`  // a regular expression; the server prints a line that matches
	Port    int      `json:"port,omitempty"`    // the server accepts connections on this port of 127.0.0.1 or ::1
	File    string   `json:"file,omitempty"`    // the server creates this file
}

// Errors of Await.
var (
	ErrEnded = errors.New("the server has ended")
	ErrLate  = errors.New("the server is not ready in time")
)

// The pauses between probes double from firstPause to lastPause.
const (
	firstPause = time.Millisecond
	lastPause  = 50 * time.Millisecond
)

// Await waits until the server is ready. The error is ErrEnded if the server ended first, ErrLate if it took too long, and that of
// ctx if ctx ended. Any other error says that the probe cannot be run.
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

// ready probes once.
func (s *Server) ready(ctx context.Context) (yes bool, err error) {
	p := s.probe
	switch {
	case p.Output != "":
		return false, nil // Await waits on said.found
	case p.Port != 0:
		s.room.inside(func() { yes = accepts(p.Port) })
		return yes, nil
	}
	args := p.Command
	if p.File != "" { // another process must look, because the lab must not touch a disk that it serves
		args = []string{"test", "-e", p.File}
	}
	end, err := Command{Args: args, Env: s.env, Room: s.room}.Run(ctx, probePatience)
	if err == nil && end.NoSuchCommand() {
		err = fmt.Errorf("%s %w: %s", strings.Join(args, " "), ErrNotRun, end.Last("there is no such command"))
	}
	return err == nil && end.Code == 0 && !s.HasEnded(), err
}

// probePatience is the time limit of one probe command.
const probePatience = 10 * time.Second

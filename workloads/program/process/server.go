package process

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"sync"
	"time"
)

// Server is a process that runs until it is stopped.
type Server struct {
	cmd   *exec.Cmd
	room  *Room
	env   []string
	probe Probe
	ended chan struct{} // closed when it has ended
	said  *said
}

// Serve starts a server in a room; the probe finds out when it is ready. The error says that it could not be started.
func (r *Room) Serve(args, env []string, p Probe) (*Server, error) {
	said := &said{found: make(chan struct{})}
	if p.Output != "" {
		var err error
		if said.pattern, err = regexp.Compile(p.Output); err != nil {
			return nil, fmt.Errorf("process: %w", err)
		}
	}
	if err := r.sweep(); err != nil {
		return nil, fmt.Errorf("process: clean the room of a server: %w", err)
	}
	s := &Server{cmd: exec.Command(args[0], args[1:]...), room: r, env: env, probe: p, ended: make(chan struct{}), said: said}
	s.cmd.Env = append(os.Environ(), env...)
	s.cmd.Stdout, s.cmd.Stderr = s.said, s.said
	s.cmd.WaitDelay = WaitDelay
	asServer(s.cmd)
	if err := r.Start(s.cmd); err != nil {
		return nil, err
	}
	go func() {
		_ = s.cmd.Wait() // how it has ended is in its state
		close(s.ended)
	}()
	return s, nil
}

// HasEnded reports whether the server has come to an end.
func (s *Server) HasEnded() bool {
	select {
	case <-s.ended:
		return true
	default:
		return false
	}
}

// Wait returns when the server has come to an end.
func (s *Server) Wait() { <-s.ended }

// Output returns the last lines that it has printed, on standard output or error.
func (s *Server) Output() []string { return s.said.lines() }

// How says how a server that has ended did so.
func (s *Server) How() string {
	end := Ended{Code: s.cmd.ProcessState.ExitCode(), Stdout: s.Output(), Crash: s.said.crash()}
	if end.Code == 0 {
		return "ended with exit code 0: " + end.Last("it printed nothing")
	}
	return end.How()
}

// Kill ends the server, and everything that it has started, at once.
func (s *Server) Kill() {
	_ = s.cmd.Process.Kill() // it may have ended
	<-s.ended
}

// Stop says how a server is asked to come to its end. The zero value sends SIGTERM.
type Stop struct {
	Signal  string   `json:"signal,omitempty"` // such as "SIGINT"
	Command []string `json:"command,omitempty"`
}

// Stop asks the server to come to its end, and returns when it has. The error says that it had to be killed, that the command
// failed, or is that of ctx.
func (s *Server) Stop(ctx context.Context, how Stop, patience time.Duration) error {
	defer s.Kill()
	name := how.Signal
	if name == "" {
		name = "SIGTERM"
	}
	inTime, stop := context.WithTimeout(ctx, patience)
	defer stop()
	if len(how.Command) > 0 {
		name = how.Command[0]
		end, err := Command{Args: how.Command, Env: s.env, Room: s.room}.Run(inTime, patience)
		if err != nil || end.Code != 0 {
			return errors.Join(fmt.Errorf("the command that stops the server %s", end.How()), err)
		}
	} else if err := signal(s.cmd, name); err != nil && !s.HasEnded() {
		return fmt.Errorf("process: send %s to the server: %w", name, err)
	}
	select {
	case <-s.ended:
		return nil
	case <-inTime.Done():
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return fmt.Errorf("the server did not end in %v after %s and was killed", patience, name)
	}
}

// said is what a server prints. Somebody waits for a line.
type said struct {
	mu      sync.Mutex
	tail    Tail
	line    []byte         // the one that has not ended
	pattern *regexp.Regexp // nil: nobody waits, or the line has come
	found   chan struct{}
}

// maxLineBytes is how much of a line is looked at.
const maxLineBytes = 64 << 10

func (s *said) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for rest := b; s.pattern != nil && len(rest) > 0; {
		line, after, whole := bytes.Cut(rest, []byte("\n"))
		s.line = append(s.line, line[:min(len(line), maxLineBytes-len(s.line))]...)
		if whole && s.pattern.Match(s.line) {
			s.pattern = nil
			close(s.found)
		}
		if whole {
			s.line = s.line[:0]
		}
		rest = after
	}
	return s.tail.Write(b)
}

func (s *said) crash() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tail.Crash()
}

func (s *said) lines() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tail.Lines()
}

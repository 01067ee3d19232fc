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

// Server is a running server process.
type Server struct {
	cmd   *exec.Cmd
	room  *Room
	env   []string
	probe Probe
	ended chan struct{} // closed once it has ended
	said  *said
}

// Serve starts a server in the room. The probe tells Await when the server is ready. The error says why it could not be started.
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

// HasEnded reports whether the server has ended.
func (s *Server) HasEnded() bool {
	select {
	case <-s.ended:
		return true
	default:
		return false
	}
}

// Wait waits until the server has ended.
func (s *Server) Wait() { <-s.ended }

// Output returns the last lines printed on standard output and standard error.
func (s *Server) Output() []string { return s.said.lines() }

// How says how a server ended, as the end of a sentence. The server must have ended.
func (s *Server) How() string {
	end := Ended{Code: codeOf(s.cmd.ProcessState), Stdout: s.Output(), Crash: s.said.crash()}
	if end.Code == 0 {
		return "ended with exit code 0: " + end.Last("it printed nothing")
	}
	return end.How()
}

// Kill kills the server and everything that it started, and waits for it.
func (s *Server) Kill() {
	_ = s.cmd.Process.Kill() // it may have ended
	<-s.ended
}

// Stop says how to shut a server down. The zero value sends SIGTERM.
type Stop struct {
	Signal  string   `json:"signal,omitempty"` // such as "SIGINT"
	Command []string `json:"command,omitempty"`
}

// Stop shuts the server down and waits until it has ended. It kills the server after patience. The error says that the server
// had to be killed or that the command failed, or it is that of ctx.
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

// said collects what a server prints and watches for the line that says that it is ready.
type said struct {
	mu      sync.Mutex
	tail    Tail
	line    []byte         // the current line, not yet complete
	pattern *regexp.Regexp // matches the awaited line; nil if none is awaited any more
	found   chan struct{}
}

// maxLineBytes is how much of a line is matched.
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

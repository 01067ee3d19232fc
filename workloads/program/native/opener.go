package native

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/program/process"
)

// opener opens stores for those who look at them: it starts the server on a store, if the program is one. It is used by one
// goroutine at a time.
type opener struct {
	spec *Spec
	room *process.Room // nil: there is no server
}

// newOpener returns an opener, with a room for the server if there is one.
func newOpener(spec *Spec) (*opener, error) {
	o := &opener{spec: spec}
	var err error
	if spec.Server != nil {
		o.room, err = process.NewRoom()
	}
	return o, err
}

func (o *opener) close() { o.room.Close() }

// down is a server that did not do its work.
type down struct {
	why    string
	hangs  bool
	output []string
}

// answer returns what it means for a store that the server on it did not work.
func (d *down) answer() program.Answer {
	a := program.Answer{Verdict: program.Wrong, Text: d.why, Output: d.output}
	if d.hangs {
		a.Verdict = program.Hangs
	}
	return a
}

// open calls look while the store in a directory can be looked at: until the context is done, as it is when the server ends. It
// returns how the server failed, if it did; otherwise the error is that of look, or of the lab.
func (o *opener) open(ctx context.Context, dir string, look func(context.Context) error) (*down, error) {
	if o.spec.Server == nil {
		return nil, look(ctx)
	}
	s, err := o.room.Serve(fill(o.spec.Program, dir, ""), environment(dir, ""), o.spec.Server.probe(dir))
	if err != nil {
		return nil, fmt.Errorf("the server %w", err)
	}
	defer s.Kill()
	failed := func(why string) *down {
		d := &down{why: strings.ReplaceAll(why, dir, program.Dir), output: s.Output()}
		for i := range d.output {
			d.output[i] = strings.ReplaceAll(d.output[i], dir, program.Dir)
		}
		return d
	}
	switch err := s.Await(ctx, o.spec.Patience); {
	case errors.Is(err, process.ErrEnded):
		return failed(ended + s.How()), nil
	case errors.Is(err, process.ErrLate):
		d := failed(fmt.Sprintf("the server is not ready after %v%s%s", o.spec.Patience, program.PrintedLast, lastOf(s.Output())))
		d.hangs = true
		return d, nil
	case err != nil:
		return nil, err
	}
	serving, over := context.WithCancel(ctx)
	defer over()
	go func() {
		s.Wait()
		over()
	}()
	err = look(serving)
	if ctx.Err() == nil && s.HasEnded() {
		return failed(ended + s.How()), nil
	}
	return nil, err
}

// ended begins the sentence about a server that ended by itself, whether before it was ready or later: that depends on the machine.
const ended = "the server on the recovered store "

// lastOf returns the last line that was printed.
func lastOf(lines []string) string {
	if len(lines) == 0 {
		return "nothing"
	}
	return lines[len(lines)-1]
}

// probe returns the probe of a server whose store is in a directory.
func (s *Server) probe(dir string) process.Probe {
	p := s.Ready
	p.Command, p.File = fill(p.Command, dir, ""), fill([]string{p.File}, dir, "")[0]
	return p
}

// environment returns what commands find in their environment beside that of the lab.
func environment(dir, acks string) []string {
	return []string{"TORTURE_DIR=" + dir, "TORTURE_ACKS=" + acks, "TORTURE_TMP=" + process.Tmp}
}

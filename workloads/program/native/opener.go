package native

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/program/process"
)

// opener opens stores to be looked at: it starts the server on a store if the program is a server. It is used by one goroutine
// at a time.
type opener struct {
	spec *Spec
	room *process.Room // nil if there is no server
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

// down describes how a server failed on a recovered store.
type down struct {
	why    string
	hangs  bool
	output []string
}

// answer returns the verdict on a store on which the server failed.
func (d *down) answer() program.Answer {
	a := program.Answer{Verdict: program.Wrong, Text: d.why, Output: d.output}
	if d.hangs {
		a.Verdict = program.Hangs
	}
	return a
}

// open calls look while the store in a directory is open. The context given to look is done as soon as the server ends. It
// returns how the server failed, if it did; otherwise the error is that of look or of the lab.
func (o *opener) open(ctx context.Context, dir string, look func(context.Context) error) (*down, error) {
	if o.spec.Server == nil {
		return nil, look(ctx)
	}
	s, err := o.room.Serve(fill(o.spec.Program, dir, ""), o.spec.environment(dir, ""), o.spec.Server.probe(dir))
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

// ended introduces the sentence about a server that ended by itself. It does not say whether the server was ready by then,
// because that depends on the speed of the machine, and the same failure must read the same each time.
const ended = "the server on the recovered store "

// lastOf returns the last printed line.
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

// environment returns the variables that commands get in addition to the lab's environment.
func (s *Spec) environment(dir, acks string) []string {
	return append([]string{"TORTURE_DIR=" + dir, "TORTURE_ACKS=" + acks, "TORTURE_TMP=" + process.Tmp}, s.Env...)
}

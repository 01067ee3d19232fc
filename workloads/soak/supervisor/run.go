package supervisor

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/lightningdb/lightning-torture/workloads/hostdisk"
	"github.com/lightningdb/lightning-torture/workloads/internal/lastoutput"
	"github.com/lightningdb/lightning-torture/workloads/soak/lap"
	"github.com/lightningdb/lightning-torture/workloads/torture/apart"
)

// Child says how to run a child.
type Child struct {
	Args   []string // arguments that make this binary a child of a soak
	Job    *lap.Job
	Stuck  Limits
	Stderr io.Writer // gets what the child prints; may be nil
	// Handle is called with every message, from one goroutine. If it returns an error, the child is killed.
	Handle func(lap.Message) error
	// Measured, if not nil, is called with every measurement of the child, from another goroutine.
	Measured func(Measured)
}

// Run runs a child and waits for its end.
func Run(ctx context.Context, c Child) End {
	scratch, err := hostdisk.NewScratch("", "soak")
	if err != nil {
		return End{Why: Failed, Err: err}
	}
	end := c.run(ctx, scratch.Dir)
	if err := scratch.Remove(); err != nil && end.Err == nil {
		end.Err = err
	}
	return end
}

func (c *Child) run(ctx context.Context, dir string) End {
	if err := c.Job.Save(dir); err != nil {
		return End{Why: Failed, Err: err}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	last := &lastoutput.Buffer{}
	stderr := io.Writer(last)
	if c.Stderr != nil {
		stderr = io.MultiWriter(last, c.Stderr)
	}
	w := &watch{child: c, cancel: cancel}
	messages := &decoder{handle: func(m lap.Message) error {
		if m.Beat != nil {
			w.beat(m.Beat)
		}
		return c.Handle(m)
	}, cancel: cancel, other: stderr}
	ended, err := apart.Run(ctx, apart.Process{Dir: dir, Args: c.Args, Stdout: messages, Stderr: stderr, Started: w.start})
	w.stop()
	if err != nil {
		return End{Why: Failed, Err: err}
	}
	if ctx.Err() != nil {
		return canceled(context.Cause(ctx), ended.Died)
	}
	return natural(ended, last.String())
}

// canceled returns the end of a child that the supervisor killed.
func canceled(cause error, died *apart.Death) End {
	var limit *limitError
	var refused *refusedError
	switch {
	case errors.As(cause, &limit):
		return End{Why: limit.why, Sentence: limit.sentence, Death: died}
	case errors.As(cause, &refused):
		return End{Why: Failed, Err: refused.err}
	}
	return End{Why: Canceled}
}

// natural returns the end of a child that the supervisor did not kill.
func natural(ended apart.End, output string) End {
	lines := strings.TrimSpace(output)
	lastLine := lines[strings.LastIndexByte(lines, '\n')+1:]
	switch {
	case ended.Died == nil && ended.Code == 0:
		return End{Why: Finished}
	case ended.Died == nil:
		return End{Why: Failed, Err: fmt.Errorf("a child ended with exit code %d: %s", ended.Code, lastLine)}
	}
	by, function := ended.Died.Cause()
	switch by {
	case apart.ByEngine:
		return End{Why: ByEngine, Sentence: "the engine ended the process", Death: ended.Died}
	case apart.ByLab:
		return End{Why: Failed, Err: fmt.Errorf("the lab itself panicked, in %s: %s", function, ended.Died.Output)}
	case apart.ByOthers:
	}
	return End{Why: ByOthers, Sentence: "the process was ended from outside, perhaps because memory ran out", Death: ended.Died}
}

// refusedError wraps an error of Child.Handle.
type refusedError struct{ err error }

func (e *refusedError) Error() string { return e.err.Error() }

// decoder turns lines into messages.
type decoder struct {
	handle func(lap.Message) error
	cancel context.CancelCauseFunc
	other  io.Writer
	rest   []byte
	failed atomic.Bool
}

// maxMessage is the maximum length of a message in bytes.
const maxMessage = 4 << 20

// Write takes what the child prints. It never returns an error, so that the child does not block on its output.
func (d *decoder) Write(p []byte) (int, error) {
	d.rest = append(d.rest, p...)
	for {
		i := bytes.IndexByte(d.rest, '\n')
		if i < 0 {
			break
		}
		d.line(d.rest[:i])
		d.rest = d.rest[i+1:]
	}
	if len(d.rest) > maxMessage {
		d.rest = nil
	}
	return len(p), nil
}

func (d *decoder) line(text []byte) {
	if d.failed.Load() {
		return
	}
	var m lap.Message
	if len(text) == 0 || text[0] != '{' || json.Unmarshal(text, &m) != nil {
		_, _ = d.other.Write(append(slices.Clip(text), '\n')) // an engine that prints
		return
	}
	if err := d.handle(m); err != nil {
		d.failed.Store(true)
		d.cancel(&refusedError{err})
	}
}

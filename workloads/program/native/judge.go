package native

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/program/process"
)

// Judge asks the checker of a spec about recovered stores in directories. It is used by one goroutine at a time.
type Judge struct {
	Dump *Dump // set if a dump decides instead of a checker

	*opener
	acks   string // the file with the acknowledgements
	told   bool   // it has been written
	acked  string // the lines in it
	served *served
}

// NewJudge returns a judge with a directory for its own files. The caller removes the directory.
func NewJudge(spec *Spec, dir string) (*Judge, error) {
	o, err := newOpener(spec)
	return &Judge{opener: o, acks: filepath.Join(dir, "acks")}, err
}

// Ask recovers the store in a directory and judges it. The checker does both; with a server, the server recovers and the
// checker judges. The lines of acked were acknowledged before the crash. An error means that there is no answer.
func (j *Judge) Ask(ctx context.Context, dir string, acked []program.Ack) (program.Answer, error) {
	if j.spec.Again {
		return j.askAgain(ctx, dir, acked)
	}
	return j.once(ctx, dir, acked, nil)
}

// once does what Ask does, without the second run of the program. If the store is right and then is not nil, once calls
// then while the store is still open.
func (j *Judge) once(ctx context.Context, dir string, acked []program.Ack, then func(context.Context) error) (program.Answer, error) {
	if err := j.tell(acked); err != nil {
		return program.Answer{}, fmt.Errorf("native: %w", err)
	}
	var a program.Answer
	failed, err := j.open(ctx, dir, func(ctx context.Context) (err error) {
		switch {
		case j.Dump != nil:
			a, err = j.Dump.judge(ctx, j.room, dir, len(acked))
		case j.spec.Serve:
			a, err = j.askServed(ctx, dir)
		default:
			a, err = j.askCommand(ctx, dir)
		}
		if err == nil && then != nil && a.Verdict == program.Right {
			err = then(ctx)
		}
		return err
	})
	switch {
	case failed == nil:
		return a, err
	case j.Dump != nil:
		return j.Dump.states.Judge(ctx, failed.shown(), len(acked))
	}
	return failed.answer(), nil
}

// askCommand runs a checker that judges one store and exits.
func (j *Judge) askCommand(ctx context.Context, dir string) (program.Answer, error) {
	c := process.Command{Args: fill(j.spec.Check, dir, j.acks), Env: j.spec.environment(dir, j.acks), Room: j.room}
	end, err := c.Run(ctx, j.spec.Patience)
	if err != nil {
		return program.Answer{}, fmt.Errorf("the checker %w", err)
	}
	a := program.Answer{Output: append(end.Stdout, end.Stderr...)}
	for i := range a.Output {
		a.Output[i] = strings.ReplaceAll(a.Output[i], dir, program.Dir)
	}
	switch {
	case end.Late:
		a.Verdict, a.Text = program.Hangs, fmt.Sprintf("the recovery does not come to an end in %v", j.spec.Patience)
	case end.Code == 0:
		a.Verdict = program.Right
	case end.Code == 1:
		a.Verdict, a.Text = program.Wrong, strings.ReplaceAll(end.Last("the checker ended with exit code 1 and printed nothing"), dir, program.Dir)
	case end.Crashed() != "":
		a.Verdict, a.Text = program.Wrong, "the recovery crashes: "+strings.ReplaceAll(end.Crashed(), dir, program.Dir)
	default:
		return a, fmt.Errorf("the checker %s; it must end with 0 if all is right, and with 1 if not", end.How())
	}
	return a, nil
}

// tell writes the acknowledged lines to a file. They are all that a checker may rely on: no user of the program knows more.
func (j *Judge) tell(acked []program.Ack) error {
	var lines strings.Builder
	for _, a := range acked {
		lines.WriteString(a.Text)
		lines.WriteByte('\n')
	}
	text := lines.String()
	if j.told && j.acked == text {
		return nil
	}
	j.told, j.acked = true, text
	return os.WriteFile(j.acks, []byte(text), 0o644) //nolint:gosec // a checker may run as another user
}

// Close ends the checker, if it stays alive.
func (j *Judge) Close() error {
	defer j.opener.close()
	if j.served == nil {
		return nil
	}
	return j.served.end()
}

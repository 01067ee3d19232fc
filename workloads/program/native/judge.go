package native

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads/program"
)

// judge asks the checker about recovered stores.
type judge struct {
	spec   *Spec
	acks   string // the file with the acknowledgements
	acked  int    // how many lines it has; -1: it has not been written
	served *served
	dump   *dump // set if a dump decides
}

func newJudge(spec *Spec, dir string) *judge {
	return &judge{spec: spec, acks: filepath.Join(dir, "acks"), acked: -1}
}

// ask lets the checker recover and judge the store in a directory.
func (j *judge) ask(ctx context.Context, dir string, acked []program.Ack) (program.Answer, error) {
	if err := j.tell(acked); err != nil {
		return program.Answer{}, fmt.Errorf("native: %w", err)
	}
	if j.dump != nil {
		return j.dump.judge(ctx, dir, len(acked))
	}
	if j.spec.Serve {
		return j.askServed(ctx, dir)
	}
	c := command{fill(j.spec.Check, dir, j.acks), []string{"TORTURE_DIR=" + dir, "TORTURE_ACKS=" + j.acks}}
	end, err := c.run(ctx, j.spec.Patience)
	if err != nil {
		return program.Answer{}, fmt.Errorf("the checker %w", err)
	}
	a := program.Answer{Output: append(end.stdout, end.stderr...)}
	for i := range a.Output {
		a.Output[i] = strings.ReplaceAll(a.Output[i], dir, program.Dir)
	}
	switch {
	case end.late:
		a.Verdict, a.Text = program.Hangs, fmt.Sprintf("the recovery does not come to an end in %v", j.spec.Patience)
	case end.code == 0:
		a.Verdict = program.Right
	case end.code == 1:
		a.Verdict, a.Text = program.Wrong, strings.ReplaceAll(end.last("the checker ended with exit code 1 and printed nothing"), dir, program.Dir)
	default:
		return a, fmt.Errorf("the checker %s; it must end with 0 if all is right, and with 1 if not", end.how())
	}
	return a, nil
}

// tell writes the acknowledgements to a file. A checker that wants to know more than the lines would rely on what no program
// can know.
func (j *judge) tell(acked []program.Ack) error {
	if j.acked == len(acked) {
		return nil
	}
	var text strings.Builder
	for _, a := range acked {
		text.WriteString(a.Text)
		text.WriteByte('\n')
	}
	j.acked = len(acked)
	return os.WriteFile(j.acks, []byte(text.String()), 0o600)
}

func (j *judge) close() error {
	if j.served == nil {
		return nil
	}
	return j.served.end()
}

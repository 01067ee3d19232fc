package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

// killDelay is how long a killed child may continue to write its output.
const killDelay = 10 * time.Second

// spawn executes a job in a child process and returns its measurements.
func (r *runner) spawn(ctx context.Context, j job) (all []Measurement, err error) {
	out, _, err := r.child(ctx, j)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(out, &all); err != nil || len(all) != len(j.Tasks) {
		return nil, fmt.Errorf("%w: %s: the output %.200q is not %d measurements", ErrChild, j, out, len(j.Tasks))
	}
	return all, nil
}

// kill executes a job in which the child is to kill itself.
func (r *runner) kill(ctx context.Context, j job) error {
	_, state, err := r.child(ctx, j)
	if state != nil && !state.Exited() && ctx.Err() == nil {
		return nil
	}
	if err == nil {
		err = fmt.Errorf("%w: %s: the child should have killed itself, but exited", ErrChild, j)
	}
	return err
}

// child runs the command line of a child with a job.
func (r *runner) child(ctx context.Context, j job) (out []byte, state *os.ProcessState, err error) {
	input, err := json.Marshal(j)
	if err != nil {
		return nil, nil, err
	}
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, r.Child[0], r.Child[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr, cmd.WaitDelay = bytes.NewReader(input), &stdout, &stderr, killDelay
	cmd.Env = garbageDefaults(os.Environ())
	if err = cmd.Run(); err == nil {
		return stdout.Bytes(), cmd.ProcessState, nil
	}
	class := ErrChild
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 1 {
		class = ErrWrong
	}
	return nil, cmd.ProcessState, fmt.Errorf("%w: %s: %w: %s", class, j, err, strings.TrimSpace(stderr.String()))
}

// garbageDefaults returns env with Go's default settings of garbage collection, which settings in env override. The tool
// itself has others, which would favour engines that produce garbage.
func garbageDefaults(env []string) []string {
	return append([]string{"GOGC=100", "GOMEMLIMIT=off"}, env...)
}

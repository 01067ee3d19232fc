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

// killDelay is how long a child that was told to die may go on writing its output.
const killDelay = 10 * time.Second

// spawn does a job in a child process and returns its measurements.
func (r *runner) spawn(ctx context.Context, j job) (all []Measurement, err error) {
	out, _, err := r.child(ctx, j)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(out, &all); err != nil || len(all) != len(j.Tasks) {
		return nil, fmt.Errorf("%w: %s said %.200q instead of %d measurements", ErrChild, j, out, len(j.Tasks))
	}
	return all, nil
}

// kill does a job whose end is that the child kills itself.
func (r *runner) kill(ctx context.Context, j job) error {
	_, state, err := r.child(ctx, j)
	if state != nil && !state.Exited() && ctx.Err() == nil {
		return nil
	}
	if err == nil {
		err = fmt.Errorf("%w: %s was to kill itself, but ended", ErrChild, j)
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

// garbageDefaults is the environment in which Go collects garbage as it does by default, unless the user chose
// otherwise: the tool has settings of its own, which would favour engines that make garbage.
func garbageDefaults(env []string) []string {
	return append([]string{"GOGC=100", "GOMEMLIMIT=off"}, env...)
}

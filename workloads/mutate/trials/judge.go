package trials

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"time"

	"github.com/lightningdb/lightning-torture/workloads/internal/lastoutput"
)

// Judge is a command that judges mutants.
type Judge struct {
	Name    string
	Command string        // for sh
	Limit   time.Duration // 0: the Limit of the trials
	Reach   *Reach        // what the judge executes; nil: unknown
}

var judgeSyntax = regexp.MustCompile(`^([a-z][a-z0-9-]*)(?:@([^=@]+))?=(.*\S.*)$`)

// ParseJudge parses NAME=COMMAND or NAME@LIMIT=COMMAND. It returns ErrJudge for anything else.
func ParseJudge(text string) (Judge, error) {
	parts := judgeSyntax.FindStringSubmatch(text)
	if parts == nil {
		return Judge{}, fmt.Errorf("%w: %q; write NAME=COMMAND or NAME@LIMIT=COMMAND, as in tests@5m='go test ./...'", ErrJudge, text)
	}
	j := Judge{Name: parts[1], Command: parts[3]}
	if parts[2] != "" {
		limit, err := time.ParseDuration(parts[2])
		if err != nil || limit < time.Second {
			return Judge{}, fmt.Errorf("%w: the limit of %q is %q; write one such as 5m, of at least 1s", ErrJudge, j.Name, parts[2])
		}
		j.Limit = limit
	}
	return j, nil
}

// Verdict is a judge's verdict on a mutant.
type Verdict string

// The verdicts. A timeout counts as killed.
const (
	Survived Verdict = "survived"
	Killed   Verdict = "killed"
	Timeout  Verdict = "timeout"
	Broken   Verdict = "broken"
)

// Answer is the verdict of one judge on one mutant.
type Answer struct {
	Verdict  Verdict `json:"verdict"`
	Seconds  float64 `json:"seconds"`
	Commit   string  `json:"commit,omitempty"`   // of the source tree; empty: unknown
	Sentence string  `json:"sentence,omitempty"` // the end of the judge's output, unless the mutant survived

	// Unreached means that the judge never executes the changed code and was not asked.
	Unreached bool `json:"unreached,omitempty"`
}

// Kills reports whether the judge noticed the mutant.
func (a Answer) Kills() bool { return a.Verdict == Killed || a.Verdict == Timeout }

// cannotJudge is the exit code of a judge that has no answer, as in git bisect run.
const cannotJudge = 125

// outputMax is the number of bytes kept of a judge's output.
const outputMax = 64 << 10

// run runs the judge. It returns an error only if ctx is canceled.
func (j Judge) run(ctx context.Context, dir string, env []string) (Answer, error) {
	limited, cancel := context.WithTimeout(ctx, j.Limit)
	defer cancel()
	cmd := exec.CommandContext(limited, "sh", "-c", j.Command)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	output := &lastoutput.Buffer{Max: outputMax}
	cmd.Stdout, cmd.Stderr = output, output
	killAll(cmd)
	cmd.WaitDelay = 10 * time.Second // a process that inherited the output may have escaped
	begin := time.Now()              //nolint:forbidigo // the commands of other projects are limited by wall time
	err := cmd.Run()
	a := Answer{Verdict: Survived, Seconds: time.Since(begin).Seconds()} //nolint:forbidigo // see above
	exit := (*exec.ExitError)(nil)
	switch {
	case ctx.Err() != nil:
		return a, ctx.Err()
	case err == nil, errors.Is(err, exec.ErrWaitDelay): // it passed, even if its time ran out at the same moment
		return a, nil
	case limited.Err() != nil:
		a.Verdict, a.Sentence = Timeout, fmt.Sprintf("not done within %v", j.Limit)
		return a, nil
	case errors.As(err, &exit) && exit.ExitCode() != cannotJudge:
		a.Verdict = Killed
	default:
		a.Verdict = Broken
	}
	if a.Sentence = sentence(output.String()); a.Sentence == "" {
		a.Sentence = err.Error()
	}
	return a, nil
}

// sentence returns the line of an output that names a failed test or a panic, or else the last lines.
func sentence(output string) string {
	for line := range strings.Lines(output) {
		text := strings.TrimSpace(line)
		for _, start := range []string{"--- FAIL", "panic:", "fatal error:"} {
			if strings.HasPrefix(text, start) {
				return clip(text)
			}
		}
	}
	lines := strings.Split(strings.TrimSpace(output), "\n")
	return clip(strings.Join(lines[max(0, len(lines)-3):], " | "))
}

// clip shortens a sentence to fit a line of a table.
func clip(s string) string {
	const limit = 300
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "..."
}

package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/bench"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// exit is how the tool ends. As an error it means that all has been said already.
type exit int

// The exit codes; exitCodesText explains them.
const (
	exitPass         exit = 0
	exitViolation    exit = 1
	exitUsage        exit = 2
	exitInconclusive exit = 3
	exitHost         exit = 4
	exitDiverged     exit = 5
	exitSignal       exit = 128 // plus the number of the signal
)

func (e exit) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

const exitCodesText = `The exit code says what happened:

    0   every property held
    1   a violation was found; of replay: the failure was seen again; of bench: a wrong result; of engine: damage;
        of litmus: a disk that the model leaves and should not, or the other way round;
        of mutants and mutate: a bug was not noticed
    2   bad usage or configuration: a flag, a name or a replay token
    3   inconclusive: nothing was violated, but the run proves less than it should
    4   the lab or the host is at fault, such as a full disk: try again
    5   a replay took another course than its recording, or did not show the failure
  130   interrupted (SIGINT); the result so far is printed, the report is written
  143   terminated (SIGTERM); the same

wasmexec that could begin ends with the exit code of the program that it runs: 1 if a test failed, 2 if it crashed.
Only 4 is worth an automatic retry. 3 asks for more time (--for) or more rounds.
An interrupted run ends with 130 or 143 even if it had found a violation.
`

func exitCodesTopic() *cobra.Command {
	return &cobra.Command{Use: "exit-codes", Short: "What the exit codes mean", Long: exitCodesText}
}

// errUsage marks what the user has to write differently.
var errUsage = errors.New("bad usage")

func usageError(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{errUsage}, args...)...)
}

// conclude prints err, unless it has nothing to say, and returns the exit code that it stands for.
func (c *cli) conclude(err error) exit {
	var said exit
	switch {
	case err == nil:
		return exitPass
	case errors.As(err, &said):
		return said
	}
	fmt.Fprintf(c.stderr, "lightning-torture: %s\n", oneLine(err))
	var stopped interrupt
	switch {
	case errors.As(err, &stopped):
		return stopped.exit()
	case errors.As(err, new(damageFound)), errors.Is(err, bench.ErrWrong):
		return exitViolation
	case errors.Is(err, errUsage), errors.Is(err, torture.ErrConfig), errors.Is(err, torture.ErrBadToken),
		errors.Is(err, bench.ErrConfig):
		return exitUsage
	}
	return exitHost
}

// oneLine is the text of err without line breaks and without the prefixes that only a programmer needs.
func oneLine(err error) string {
	text := strings.Join(strings.FieldsFunc(err.Error(), func(r rune) bool { return r == '\n' || r == '\r' }), "; ")
	for _, prefix := range []string{errUsage.Error() + ": ", torture.ErrConfig.Error() + ": ", "torture: "} {
		text = strings.TrimPrefix(text, prefix)
	}
	text = strings.ReplaceAll(text, "schedule: ", "")
	return strings.ReplaceAll(text, bench.ErrConfig.Error()+": ", "") // it names every bad flag, each with its class
}

// exitOf is the exit code that a result stands for.
func exitOf(ctx context.Context, r *torture.Result) exit {
	var stopped interrupt
	if r.Interrupted && errors.As(context.Cause(ctx), &stopped) {
		return stopped.exit()
	}
	switch r.Verdict {
	case checker.Pass:
		return exitPass
	case checker.Fail:
		return exitViolation
	case checker.Inconclusive:
	}
	return exitInconclusive
}

// interrupt is the signal that ended a run.
type interrupt struct{ os.Signal }

func (i interrupt) Error() string { return "stopped by signal: " + i.String() }

func (i interrupt) exit() exit {
	if number, ok := i.Signal.(syscall.Signal); ok {
		return exitSignal + exit(number)
	}
	return exitSignal
}

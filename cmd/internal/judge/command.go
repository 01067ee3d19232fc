package judge

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/checker/judging"
	"github.com/lightningdb/lightning-torture/cmd/internal/cmdline"
	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
	"github.com/lightningdb/lightning-torture/reports"
	"github.com/lightningdb/lightning-torture/workloads/history/recorded"
)

const long = `Judge histories that other tools recorded: is each key linearizable, are transactions as isolated as the level demands,
do the accounts of a bank add up? No engine is run.

Histories are maps of Jepsen, Elle and Knossos (EDN, or JSON as written for elle-cli), logs of Jepsen, key-value logs of
porcupine, and the JSON lines of package history. The format of a file and the model of its keys are inferred from its content
where possible; otherwise --input and --model give them. A - stands for standard input.

Every file gets a line. For a violation, the line says what contradicts what; below it are the operations and, for
transactions, the levels that still hold. A flag that does not apply to a history, such as --total for a register, is an
error of that file. The exit code is 1 if there is a violation, otherwise 2 if a file could not be read or judged, otherwise 3 if
something is inconclusive. A history that shows nothing is never a pass.`

const example = `  lightning-torture judge histories/*.edn
  lightning-torture judge --level snapshot-isolation history.edn
  lightning-torture judge --model bank --total 100 - < history.edn`

// Command returns the command judge.
func Command() *cobra.Command {
	f := options{}
	cmd := &cobra.Command{
		Use: "judge FILE...", Short: "Judge histories that other tools recorded", Long: long, Example: example,
		Args: cmdline.AtLeastOne("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.validate(cmd); err != nil {
				return err
			}
			return run(cmd, &f, args)
		},
	}
	f.register(cmd)
	return cmd
}

// run judges files one by one. A file that cannot be read does not prevent the others from being judged.
func run(cmd *cobra.Command, f *options, files []string) error {
	collectSoon()
	ctx, count := cmd.Context(), tally{}
	for _, file := range files {
		judged, err := interruptibly(ctx, func() (*judging.Judgement, error) { return judgeFile(ctx, f, file, cmd.InOrStdin()) })
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if ofFile(err) {
			count.unjudged++
			fmt.Fprintf(cmd.ErrOrStderr(), "%s: %s: %s\n", cmd.Root().Name(), file, exit.Line(err))
			continue
		}
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		count.add(judged.Verdict)
		write := reports.JudgedText
		if f.format == "json" {
			write = reports.JudgedJSON
		}
		if err := write(cmd.OutOrStdout(), reports.Judged{File: file, Judgement: judged}); err != nil {
			return err
		}
	}
	if len(files) > 1 && f.format == "text" {
		fmt.Fprintln(cmd.OutOrStdout(), count.line())
	}
	return count.code().Err()
}

// interruptibly returns what do returns, or nil if ctx is done first. Neither reading a silent pipe nor a judge's
// search for a cycle can be interrupted, but both may be abandoned, since the process ends.
func interruptibly[T any](ctx context.Context, do func() (*T, error)) (*T, error) {
	type answer struct {
		value *T
		err   error
	}
	done := make(chan answer, 1)
	go func() {
		value, err := do()
		done <- answer{value, err}
	}()
	select {
	case a := <-done:
		return a.value, a.err
	case <-ctx.Done():
		return nil, nil
	}
}

// ofFile reports whether an error concerns only one file: it cannot be read, or cannot be judged in the way that the
// flags demand.
func ofFile(err error) bool {
	return errors.Is(err, recorded.ErrFormat) || errors.Is(err, recorded.ErrModel) || errors.Is(err, errNoFile) || errors.Is(err, errFlag)
}

var errNoFile = errors.New("there is no such history")

// judgeFile reads and judges one file. The memory of the previous one is free by then.
func judgeFile(ctx context.Context, f *options, file string, stdin io.Reader) (*judging.Judgement, error) {
	from, err := openHistory(file, stdin)
	if err != nil {
		return nil, err
	}
	defer from.Close() //nolint:errcheck // it was only read
	r, err := recorded.Read(from, f.reading)
	if err != nil {
		return nil, err
	}
	o, err := f.fit(r)
	if err != nil {
		return nil, err
	}
	if a := checker.Assumptions(r.Ops); a.Verdict != checker.Pass {
		return nil, fmt.Errorf("%w: %s", recorded.ErrFormat, a.Violations[0].Sentence)
	}
	runtime.GC() // garbage from reading would count toward the memory limit of judging
	return judging.Judge(ctx, r, o), nil
}

// openHistory opens a file, a pipe or standard input.
func openHistory(file string, stdin io.Reader) (io.ReadCloser, error) {
	if file == "-" {
		return io.NopCloser(stdin), nil
	}
	info, err := os.Stat(file)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, errNoFile
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, fmt.Errorf("%w: it is a directory; name the files in it, such as %s/*.edn", errNoFile, file)
	}
	return os.Open(file)
}

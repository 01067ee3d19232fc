package judge

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/checker/judging"
	"github.com/lightningdb/lightning-torture/cmd/internal/cmdline"
	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
	"github.com/lightningdb/lightning-torture/workloads/history/recorded"
)

var resultForms = []string{"text", "json"}

// maxSteps bounds --limit.
const maxSteps = 1_000_000_000_000

// options are the flags of judge, and what they are turned into.
type options struct {
	input, model, level, initial string
	format                       string
	total                        int64
	limit                        int

	reading recorded.Options
	judging judging.Options
}

func (f *options) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&f.model, "model", "", "`MODEL` of the keys, if it cannot be inferred from the history: "+strings.Join(modelNames(), ", "))
	flags.StringVar(&f.level, "level", "strict-serializable", "`LEVEL` demanded of transactions: "+strings.Join(levelFlags(), ", "))
	flags.StringVar(&f.input, "input", "", "`FORM` of the files, if it cannot be inferred from their beginning: "+strings.Join(inputNames(), ", "))
	flags.StringVar(&f.initial, "initial", "", "`VALUE` of every register and key at the start, as EDN (default none; a counter is 0)")
	flags.Int64Var(&f.total, "total", 0, "`MONEY` in all accounts of a bank (default what the first read found)")
	flags.BoolVar(&f.judging.Overdraft, "negative-balances", false, "accounts of a bank may be overdrawn")
	flags.IntVar(&f.limit, "limit", judging.DefaultSteps, "`STEPS` after which a search for an order is given up as inconclusive")
	flags.StringVar(&f.format, "format", "text", "`FORM` of the result: "+strings.Join(resultForms, ", "))
	cmdline.Complete(cmd, "model", cmdline.Fixed(modelNames()...))
	cmdline.Complete(cmd, "level", cmdline.Fixed(levelFlags()...))
	cmdline.Complete(cmd, "input", cmdline.Fixed(inputNames()...))
	cmdline.Complete(cmd, "format", cmdline.Fixed(resultForms...))
}

// validate turns the flags into options.
func (f *options) validate(cmd *cobra.Command) (err error) {
	if err := cmdline.OneOf("format", f.format, resultForms); err != nil {
		if _, known := recorded.FormatNamed(f.format); known == nil {
			return fmt.Errorf("%w; the format of the files is given by --input", err)
		}
		return err
	}
	if err := cmdline.OneOf("level", f.level, levelFlags()); err != nil {
		return err
	}
	if f.model != "" {
		if err := cmdline.OneOf("model", f.model, modelNames()); err != nil {
			return err
		}
	}
	if f.input != "" {
		if err := cmdline.OneOf("input", f.input, inputNames()); err != nil {
			return err
		}
	}
	if f.limit < 1 || f.limit > maxSteps {
		return exit.Usagef("--limit is %d; give a number from 1 to %d", f.limit, maxSteps)
	}
	if f.initial != "" {
		if f.judging.Initial, err = recorded.Value(f.initial); err != nil {
			return exit.Usagef("--initial %s is not a value: %w", f.initial, err)
		}
	}
	if cmd.Flags().Changed("total") {
		f.judging.Total = &f.total
	}
	f.reading = recorded.Options{Format: recorded.Format(f.input), Model: recorded.Model(f.model)}
	f.judging.Level, f.judging.Steps = levelOf(f.level), f.limit
	return nil
}

func modelNames() (names []string) {
	for _, m := range recorded.Models() {
		names = append(names, string(m))
	}
	return names
}

func inputNames() (names []string) {
	for _, f := range recorded.Formats() {
		names = append(names, string(f))
	}
	return names
}

// levelFlag returns the name of a level as a flag value: "read-committed".
func levelFlag(l checker.Level) string { return strings.ReplaceAll(l.String(), " ", "-") }

func levelFlags() (names []string) {
	for _, l := range judging.Levels() {
		names = append(names, levelFlag(l))
	}
	return names
}

func levelOf(name string) checker.Level {
	for _, l := range judging.Levels() {
		if levelFlag(l) == name {
			return l
		}
	}
	return 0
}

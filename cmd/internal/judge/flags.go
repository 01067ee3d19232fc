package judge

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/checker/judging"
	"github.com/lightningdb/lightning-torture/cmd/internal/cmdline"
	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
	"github.com/lightningdb/lightning-torture/workloads/history/edn"
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
	given                        *pflag.FlagSet

	reading recorded.Options
	judging judging.Options
}

// restricted lists the flags that mean something only for histories of some models.
var restricted = []struct {
	flag, what string
	applies    func(recorded.Model) bool
}{
	{"level", "transactions", recorded.Model.Transactional},
	{"initial", "registers, keys and counters", recorded.Model.Valued},
	{"total", "banks", isBank},
	{"negative-balances", "banks", isBank},
}

func isBank(m recorded.Model) bool { return m == recorded.Bank }

// errFlag means that a flag says nothing about the history of a file.
var errFlag = errors.New("the flags do not fit the history")

// fit returns the options for a history. The error is an errFlag if a flag was given that does not apply to it. A flag
// that was ignored would leave the impression that its demand was met.
func (f *options) fit(r *recorded.Recording) (o judging.Options, err error) {
	o = f.judging
	if r.Model == "" {
		return o, nil // there is nothing to judge
	}
	for _, only := range restricted {
		if f.given.Changed(only.flag) && !only.applies(r.Model) {
			return o, fmt.Errorf("%w: --%s is for %s, and this is a history of the model %s", errFlag, only.flag, only.what, r.Model)
		}
	}
	if f.given.Changed("initial") {
		if o.Initial, err = r.Initial(f.initial); err != nil {
			return o, fmt.Errorf("%w: --initial: %w", errFlag, err)
		}
	}
	return o, nil
}

func (f *options) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&f.model, "model", "", "`MODEL` of the keys, if it cannot be inferred from the history: "+strings.Join(modelNames(), ", "))
	flags.StringVar(&f.level, "level", "strict-serializable", "`LEVEL` demanded of transactions: "+strings.Join(levelFlags(), ", "))
	flags.StringVar(&f.input, "input", "", "`FORM` of the files, if it cannot be inferred from their beginning: "+strings.Join(inputNames(), ", "))
	flags.StringVar(&f.initial, "initial", "", "`VALUE` of every register, key or counter at the start, as EDN (default none; a counter is 0)")
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
func (f *options) validate(cmd *cobra.Command) error {
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
	if f.given = cmd.Flags(); f.given.Changed("initial") {
		if _, err := edn.Parse([]byte(f.initial)); err != nil {
			return exit.Usagef("--initial %q is not a value: %w", f.initial, err)
		}
	}
	if f.given.Changed("total") {
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

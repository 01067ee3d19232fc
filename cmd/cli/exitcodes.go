package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

const exitCodesText = `The exit code says what happened:

    0   every property held
    1   VIOLATIONS
    2   bad usage or configuration: a flag, a name, a replay token, a saved finding or a history
    3   inconclusive: nothing was violated, but the run proves less than it should
    4   the lab or the host is at fault, such as a full disk: try again
    5   a replay diverged from its recording, or did not show the failure
  130   interrupted (SIGINT); the result so far is printed, the report is written
  143   terminated (SIGTERM); the same

Once wasmexec has started a program, it exits with that program's code: 1 if a test failed, 2 if it crashed.
Only 4 is worth an automatic retry. With 3, the result says what is missing.
An interrupted run ends with 130 or 143 even if it had found a violation.
`

// exitCodesTopic explains the exit codes of a binary that has the given commands.
func exitCodesTopic(commands []*cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use: "exit-codes", Short: "What the exit codes mean",
		Long: strings.Replace(exitCodesText, "VIOLATIONS", violations(commands), 1),
	}
}

// violations says what exit code 1 means for each command. Commands with the same meaning are listed together.
func violations(commands []*cobra.Command) string {
	type meaning struct {
		commands []string
		text     string
	}
	var meanings []meaning
	for _, cmd := range commands {
		text := cmd.Annotations[ViolationAnnotation]
		if text == "" {
			continue
		}
		m := meaning{text: text}
		if i := slices.IndexFunc(meanings, func(m meaning) bool { return m.text == text }); i >= 0 {
			m.commands = meanings[i].commands
			meanings = slices.Delete(meanings, i, i+1)
		}
		m.commands = append(m.commands, cmd.Name())
		meanings = append(meanings, m)
	}
	clauses := []string{"a violation was found"}
	for _, m := range meanings {
		clauses = append(clauses, "of "+strings.Join(m.commands, " and ")+": "+m.text)
	}
	return folded(clauses)
}

// folded joins clauses with semicolons and starts a new line where the next clause would not fit.
func folded(clauses []string) string {
	const indent, width = "        ", 120
	var text strings.Builder
	column := len(indent)
	for i, clause := range clauses {
		if i < len(clauses)-1 {
			clause += ";"
		}
		switch {
		case i == 0:
		case column+1+len(clause) > width:
			text.WriteString("\n" + indent)
			column = len(indent)
		default:
			text.WriteString(" ")
			column++
		}
		text.WriteString(clause)
		column += len(clause)
	}
	return text.String()
}

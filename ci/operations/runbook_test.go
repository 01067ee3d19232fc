package operations_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// headings are those of every runbook, in this order.
var headings = []string{
	"What it means", "Impact", "What to look at", "How to mend it", "How to know that it is over", "When to escalate",
}

// section is what stands below a heading.
type section struct {
	heading  string
	text     string
	commands []string // one for each block of shell
}

// sections reads the parts below the second-level headings of a page.
func sections(t *testing.T, file string) []section {
	t.Helper()
	page, err := os.ReadFile(file)
	require.NoError(t, err)
	var all []section
	block, inside := "", false
	for line := range strings.Lines(string(page)) {
		switch {
		case !inside && strings.HasPrefix(line, "## "):
			all = append(all, section{heading: strings.TrimSpace(line[3:])})
		case len(all) == 0:
		case !inside && line == "```sh\n":
			block, inside = "", true
		case inside && line == "```\n":
			s := &all[len(all)-1]
			s.commands, inside = append(s.commands, block), false
		case inside:
			block += line
		default:
			all[len(all)-1].text += line
		}
	}
	require.False(t, inside, "%s: a block of commands does not end", file)
	return all
}

// follow runs the commands below a heading of a page, word for word, and keeps a transcript in the log of the test.
func follow(t *testing.T, file, heading string, env []string) {
	t.Helper()
	for _, s := range sections(t, file) {
		if s.heading != heading {
			continue
		}
		for _, block := range s.commands {
			sh := exec.Command("sh", "-eu", "-c", block)
			sh.Env = append(os.Environ(), env...)
			said, err := sh.CombinedOutput()
			t.Logf("%s, %s\n$ %s\n%s", filepath.Base(file), heading, strings.TrimSpace(block), said)
			require.NoError(t, err, "%s: a command below %q fails: %s\n%s", file, heading, block, said)
		}
		return
	}
	t.Fatalf("%s has no heading %q", file, heading)
}

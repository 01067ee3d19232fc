//go:build linux

package operations_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// headings are the headings of every runbook, in this order.
var headings = []string{
	"What it means", "Impact", "What to look at", "How to fix it", "How to tell that it is over", "When to escalate",
}

// section is the text under a heading.
type section struct {
	heading  string
	text     string
	commands []string // one per shell block
}

// sections returns the sections under the second-level headings of a page.
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
	require.False(t, inside, "%s: a block of commands is not closed", file)
	return all
}

// follow runs the commands under a heading of a page as written, and logs a transcript.
func follow(t *testing.T, file, heading string, env []string) {
	t.Helper()
	for _, s := range sections(t, file) {
		if s.heading != heading {
			continue
		}
		for _, block := range s.commands {
			sh := exec.Command("sh", "-eu", "-c", block)
			sh.Env, sh.Dir = append(os.Environ(), env...), t.TempDir()
			said, err := sh.CombinedOutput()
			t.Logf("%s, %s\n$ %s\n%s", filepath.Base(file), heading, strings.TrimSpace(block), said)
			require.NoError(t, err, "%s: a command under %q fails: %s\n%s", file, heading, block, said)
		}
		return
	}
	t.Fatalf("%s has no heading %q", file, heading)
}

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// block matches a fenced block of the tutorial, with the comment before it, such as "exit 1", if there is one.
var block = regexp.MustCompile("(?m)^(?:<!-- (.*) -->\n)?```(\\w+)\n((?s:.*?))^```$")

// fetched are the commands that fetch and install the lab. The test skips them, because it has both already.
var fetched = []string{
	"git clone https://github.com/lightningdb/lightning-torture ../lightning-torture\n",
	"go -C ../lightning-torture install ./cmd/lightning-torture\n",
}

// TestTheTutorialWorks follows the tutorial block by block.
func TestTheTutorialWorks(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: compiles the lab into a test of another module and tortures a store twice; run without -short")
	}
	for _, tool := range []string{"go", "git", "sh"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip("the tutorial needs ", tool)
		}
	}
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	text, err := os.ReadFile(filepath.Join(root, "workloads", "torture", "TUTORIAL.md"))
	require.NoError(t, err)
	top := t.TempDir()
	require.NoError(t, os.Symlink(root, filepath.Join(top, "lightning-torture")))
	dir, said := top, ""
	sh := func(input, command string) (string, error) {
		cmd := exec.CommandContext(t.Context(), "sh", "-ec", command)
		cmd.Dir, cmd.Stdin = dir, strings.NewReader(input)
		cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off") // the lab's modules are in the cache
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	done := map[string]int{}
	for _, b := range block.FindAllStringSubmatch(string(text), -1) {
		note, kind, body := b[1], b[2], b[3]
		done[strings.TrimSpace(kind+" "+note)]++
		switch word, rest, _ := strings.Cut(note, " "); {
		case word == "file":
			require.NoError(t, os.WriteFile(filepath.Join(dir, rest), []byte(body), 0o666))
		case word == "apply":
			out, err := sh(body, "git apply -")
			require.NoError(t, err, out)
		case word == "shown": // figures differ from run to run, but the reason does not
			for line := range strings.Lines(body) {
				if strings.HasPrefix(line, "  why ") {
					require.Contains(t, numberless(said), numberless(strings.TrimSpace(line)))
				}
			}
		case kind == "sh":
			for _, command := range fetched {
				body = strings.ReplaceAll(body, command, "")
			}
			said, err = sh("", body)
			if word == "exit" {
				require.Error(t, err, said)
			} else {
				require.NoError(t, err, said)
			}
			if strings.Contains(body, "cd notes") {
				dir = filepath.Join(top, "notes")
			}
		default:
			require.Fail(t, "no such block", "%s %s", kind, note)
		}
	}
	require.Equal(t, map[string]int{"sh": 3, "sh exit 1": 1, "go file notes.go": 1, "diff apply": 2, "text shown": 1}, done)
}

// numberless replaces the numbers of commits.
func numberless(s string) string { return regexp.MustCompile(`#\d+`).ReplaceAllString(s, "#N") }

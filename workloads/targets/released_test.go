package targets_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/torture"
)

const lab = "github.com/lightningdb/lightning-torture"

// released is a released version of an engine.
type released struct {
	target  string // the folder of its target
	module  string
	version string
}

// defaultRun tortures the version as its author would: in a new module that requires it, and without flags that narrow
// the search.
func (r released) defaultRun(t *testing.T) *torture.Result {
	t.Helper()
	dir := t.TempDir()
	root, err := filepath.Abs(filepath.Join("..", ".."))
	require.NoError(t, err)
	target := lab + "/workloads/targets/" + r.target
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	write("go.mod", fmt.Sprintf("module example.com/released\n\ngo 1.26.0\n\nrequire (\n\t%[1]s v0.0.0\n\t%[2]s v0.0.0\n\t%[3]s %[4]s\n)\n\n"+
		"replace (\n\t%[1]s => %[5]s\n\t%[2]s => %[5]s/workloads/targets/%[6]s\n)\n", lab, target, r.module, r.version, root, r.target))
	write("main.go", fmt.Sprintf("package main\n\nimport (\n\t%q\n\t%q\n\ttarget %q\n)\n\n"+
		"func main() { cli.Main(cli.App{Targets: []torture.Target{target.Target()}}) }\n", lab+"/cmd/cli", lab+"/workloads/torture", target))
	in(t, dir, "go", "mod", "tidy")
	require.Equal(t, r.module+" "+r.version, strings.TrimSpace(in(t, dir, "go", "list", "-m", r.module)), "the version under test")
	in(t, dir, "go", "build", "-o", "lab", ".")
	result := &torture.Result{}
	out := in(t, dir, "./lab", "run", "--format", "json", "--no-progress")
	require.NoError(t, json.Unmarshal([]byte(out), result), out)
	return result
}

// in runs a command in a directory and returns its output. A verdict of the lab is not an error, whatever it is.
func in(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	c := exec.CommandContext(t.Context(), name, args...)
	c.Dir, c.Env = dir, append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod")
	var stderr strings.Builder
	c.Stderr = &stderr
	out, err := c.Output()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && name == "./lab" && (exit.ExitCode() == 1 || exit.ExitCode() == 3) {
		return string(out)
	}
	require.NoError(t, err, stderr.String())
	return string(out)
}

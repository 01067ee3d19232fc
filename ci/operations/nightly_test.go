//go:build linux

package operations_test

import (
	"encoding/xml"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// systemd-analyze requires that the command exists, so it is replaced by another one.
func TestSystemdTakesTheUnits(t *testing.T) {
	t.Parallel()
	tool, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("needs systemd-analyze")
	}
	dir := t.TempDir()
	const command = "/usr/local/bin/lightning-torture-soak"
	for _, name := range []string{"lightning-torture-soak.service", "lightning-torture-soak.timer"} {
		text, err := os.ReadFile(filepath.Join("../nightly", name))
		require.NoError(t, err)
		if strings.HasSuffix(name, ".service") {
			require.Contains(t, string(text), "ExecStart="+command+" ")
		}
		text = []byte(strings.ReplaceAll(string(text), command, "/bin/true"))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), text, 0o600))
		said, err := exec.Command(tool, "verify", "--man=no", filepath.Join(dir, name)).CombinedOutput()
		require.NoError(t, err, string(said))
		for line := range strings.Lines(string(said)) { // warnings do not affect its exit code
			require.NotContains(t, line, name, "systemd-analyze warns")
		}
	}
}

// The recipe starts a soak and resumes it. Its JUnit output is XML with a case for the verdict.
func TestTheNightlyRecipeRunsAsItStands(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("jq"); err != nil {
		t.Skip("needs jq, for ci/nightly/junit")
	}
	lab, err := command()
	require.NoError(t, err)
	dir := filepath.Join(t.TempDir(), "soak")
	env := append(os.Environ(), "LIGHTNING_TORTURE="+lab, "SOAK_SPEC=-w register -f power --life 0 --points 3")
	for laps := range 2 {
		night := exec.Command("../nightly/soak", dir, "10m", "--laps", string(rune('1'+laps)), "--quiet")
		night.Env = env
		said, err := night.CombinedOutput()
		require.Contains(t, []int{0, 3}, exitCode(err), string(said)) // 3: too short to judge flatness
	}
	junit := exec.Command("../nightly/junit", dir)
	junit.Env = env
	text, err := junit.Output()
	require.NoError(t, err)
	var suite struct {
		XMLName  xml.Name `xml:"testsuite"`
		Tests    int      `xml:"tests,attr"`
		Failures int      `xml:"failures,attr"`
		Cases    []struct {
			Name    string `xml:"name,attr"`
			Failure *struct {
				Message string `xml:"message,attr"`
			} `xml:"failure"`
		} `xml:"testcase"`
	}
	require.NoError(t, xml.Unmarshal(text, &suite), string(text))
	require.Len(t, suite.Cases, suite.Tests)
	require.Equal(t, "verdict", suite.Cases[len(suite.Cases)-1].Name)
}

package command_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/cmd/cli"
	"github.com/lightningdb/lightning-torture/workloads/fleet/command"
	"github.com/lightningdb/lightning-torture/workloads/fleet/coordinator"
	"github.com/lightningdb/lightning-torture/workloads/targets/soakledger"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// asFleet is set in processes that are the command rather than its test. The children of workers inherit it.
const asFleet = "FLEET_COMMAND_TEST"

func TestMain(m *testing.M) {
	if os.Getenv(asFleet) != "" {
		targets := []torture.Target{soakledger.Target()}
		cli.Main(cli.App{Name: "fleet", Targets: targets, Commands: command.All(targets)})
	}
	os.Exit(m.Run())
}

// fleet returns a process that runs the command.
func fleet(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...) //nolint:gosec // this binary
	cmd.Env = append(os.Environ(), asFleet+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return cmd
}

// run runs the command to its end.
func run(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	cmd := fleet(args...)
	var out, bad bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &bad
	return ended(t, cmd.Run()), out.String(), bad.String()
}

// ended returns the exit code of a process.
func ended(t *testing.T, err error) int {
	t.Helper()
	exit := (*exec.ExitError)(nil)
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	require.NoError(t, err)
	return 0
}

// server is a running fleet serve.
type server struct {
	t       *testing.T
	cmd     *exec.Cmd
	address string
	said    *bufio.Reader
	out     bytes.Buffer
}

// serve starts a coordinator and waits until workers can reach it.
func serve(t *testing.T, args ...string) *server {
	t.Helper()
	s := &server{t: t, cmd: fleet(append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...)}
	s.cmd.Stdout = &s.out
	stderr, err := s.cmd.StderrPipe()
	require.NoError(t, err)
	s.said = bufio.NewReader(stderr)
	require.NoError(t, s.cmd.Start())
	for s.address == "" {
		line, err := s.said.ReadString('\n')
		require.NoError(t, err, "the coordinator has ended: %s%s", line, s.out.String())
		_, after, _ := strings.Cut(line, "serving campaign ")
		_, s.address, _ = strings.Cut(strings.TrimSpace(after), " at ")
	}
	return s
}

// wait waits for the end, and returns the exit code, the summary and what it said since it began to serve.
func (s *server) wait() (code int, summary, said string) {
	s.t.Helper()
	all, err := io.ReadAll(s.said)
	require.NoError(s.t, err)
	return ended(s.t, s.cmd.Wait()), s.out.String(), string(all)
}

// small are the flags of a campaign with two cells in a lap.
var small = []string{"--engine", "soak-ledger", "--workload", "register", "--fault", "power,killed", "--points", "5", "--ops", "40", "--clients", "1", "--seed", "1"}

func TestACampaignIsServedWorkedAndResumed(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "night")
	s := serve(t, append([]string{"--dir", dir, "--laps", "1"}, small...)...)
	code, out, bad := run(t, "status", "--server", s.address)
	require.Zero(t, code, bad)
	require.Contains(t, out, "soak-ledger, campaign ")
	require.Contains(t, out, "laps      0 of 1")
	require.Contains(t, out, "workers   0")

	code, _, bad = run(t, "work", "--server", s.address)
	require.Zero(t, code, bad)
	require.Contains(t, bad, "done: all laps are done")
	code, out, said := s.wait()
	require.Contains(t, out, "2 cells: 2 passed", said)
	require.Zero(t, code, said)

	code, again, bad := run(t, "serve", "--listen", "127.0.0.1:0", "--resume", dir, "--laps", "1")
	require.Zero(t, code, bad)
	require.Contains(t, again, "2 cells: 2 passed", "nothing is left to do: %s", bad)
	require.Contains(t, again, "starts           2")
	code, out, bad = run(t, "soak", "status", dir)
	require.Zero(t, code, bad)
	require.Contains(t, out, "2 cells: 2 passed", "the directory is that of a soak")
}

func TestADrainedFleetEnds(t *testing.T) {
	t.Parallel()
	s := serve(t, append([]string{"--dir", filepath.Join(t.TempDir(), "night")}, small...)...)
	code, out, bad := run(t, "drain", "--server", s.address, "--format", "json")
	require.Zero(t, code, bad)
	var now coordinator.Status
	require.NoError(t, json.Unmarshal([]byte(out), &now))
	require.True(t, now.Draining)
	require.Equal(t, "soak-ledger", now.Engine)
	code, _, said := s.wait()
	require.Equal(t, 3, code, "without a single cell nothing can be concluded")
	require.Contains(t, said, "draining")
}

func TestBadUsageIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	fresh := filepath.Join(dir, "night")
	for name, c := range map[string]struct {
		args []string
		code int
		says string
	}{
		"no directory":              {[]string{"serve"}, 2, "give --dir DIR to begin a campaign, or --resume DIR"},
		"two directories":           {[]string{"serve", "--dir", fresh, "--resume", fresh}, 2, "give --dir DIR to begin a campaign, or --resume DIR"},
		"nothing to resume":         {[]string{"serve", "--resume", fresh}, 2, "night"},
		"an argument":               {[]string{"serve", fresh}, 2, "unexpected argument"},
		"negative laps":             {[]string{"serve", "--dir", fresh, "--laps", "-1"}, 2, "--laps is -1"},
		"a short lease":             {[]string{"serve", "--dir", fresh, "--lease", "1ms"}, 2, "--lease is 1ms; give 1s to 1h"},
		"no window":                 {[]string{"serve", "--dir", fresh, "--window", "0"}, 2, "--window is 0"},
		"a negative time":           {[]string{"serve", "--dir", fresh, "--for", "-1s"}, 2, "--for is -1s"},
		"an unknown engine":         {[]string{"serve", "--dir", fresh, "--engine", "none"}, 2, "none"},
		"an unknown fault":          {[]string{"serve", "--dir", fresh, "--fault", "none"}, 2, "none"},
		"an address of all":         {[]string{"serve", "--dir", filepath.Join(dir, "open"), "--listen", "0.0.0.0:0"}, 2, "others can reach 0.0.0.0:0"},
		"half a certificate":        {[]string{"serve", "--dir", filepath.Join(dir, "half"), "--cert", "x"}, 2, "give --cert, --key and --ca"},
		"a fleet with a bad name":   {[]string{"status", "--fleet", "A"}, 2, "use 1 to 32 of a-z"},
		"a worker of a bad name":    {[]string{"work", "--fleet", "A"}, 2, "use 1 to 32 of a-z"},
		"an unknown form":           {[]string{"status", "--format", "xml"}, 2, "choose one of text, json"},
		"a drain with an argument":  {[]string{"drain", "now"}, 2, "unexpected argument"},
		"little memory":             {[]string{"work", "--mem-limit", "1"}, 2, "give at least 64 MiB"},
		"no patience":               {[]string{"work", "--patience", "0s"}, 2, "--patience 0s"},
		"credentials that are lost": {[]string{"work", "--credentials", filepath.Join(dir, "none")}, 2, "no such file"},
		"no coordinator for work":   {[]string{"work", "--server", "127.0.0.1:1", "--patience", "1ms"}, 4, "is fleet serve running at this address"},
		"no coordinator for status": {[]string{"status", "--server", "127.0.0.1:1"}, 4, "is fleet serve running at 127.0.0.1:1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, out, bad := run(t, c.args...)
			require.Equal(t, c.code, code, "%s%s", out, bad)
			require.Contains(t, bad, c.says)
			require.Equal(t, 1, strings.Count(bad, "\n"), "one line: %s", bad)
		})
	}
}

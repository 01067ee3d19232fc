package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
	"github.com/lightningdb/lightning-torture/workloads/soak/campaign"
	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
)

// rehearsed returns the flags of a soak whose cells repeat exactly, since it has only one client.
func rehearsed(laps int) []string {
	return []string{
		"-w", "kv,register", "-f", "power,eio", "--clients", "1", "--ops", "3", "--keys", "2", "--points", "5", "--life", "0", "--laps", strconv.Itoa(laps), "-q",
	}
}

// countedCells returns the cells of a ledger and their totals. Each cell must be there exactly once.
func countedCells(t *testing.T, dir string) (map[[2]int]ledger.Cell, ledger.Totals) {
	t.Helper()
	cells := map[[2]int]ledger.Cell{}
	book, err := campaign.Read(afero.NewOsFs(), dir, func(e *ledger.Event) error {
		if e.Cell != nil {
			at := [2]int{e.Cell.Lap, e.Cell.Cell}
			require.NotContains(t, cells, at, "a cell was counted twice")
			cells[at] = *e.Cell
			c := cells[at]
			c.Seconds, c.CPUSeconds, c.OpenSeconds = 0, 0, 0
			cells[at] = c
		}
		return nil
	})
	require.NoError(t, err)
	totals := book.Totals
	totals.Seconds, totals.Starts, totals.Deaths = 0, 0, 0
	return cells, totals
}

// children returns the process IDs of the children of a process.
func children(pid int) (pids []int) {
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil {
		return nil
	}
	for _, task := range tasks {
		text, err := os.ReadFile(task)
		if err != nil {
			continue // the thread has ended
		}
		for field := range strings.FieldsSeq(string(text)) {
			if child, err := strconv.Atoi(field); err == nil {
				pids = append(pids, child)
			}
		}
	}
	return pids
}

// A soak whose supervisor and children are killed at random moments ends with the same cells as an undisturbed one.
func TestAKilledSoakNeitherLosesNorRepeatsACell(t *testing.T) {
	t.Parallel()
	kills, laps := 5, 2
	if os.Getenv("LIGHTNING_NIGHTLY") != "" {
		kills, laps = 50, 12
	}
	calm, wild := filepath.Join(t.TempDir(), "calm"), filepath.Join(t.TempDir(), "wild")
	began := time.Now() //nolint:forbidigo // the duration determines the moments at which to kill
	code, _, stderr := lightningTorture(t, append([]string{"soak", "--dir", calm}, rehearsed(laps)...)...)
	took := time.Since(began) //nolint:forbidigo // see above
	require.Equal(t, exit.Inconclusive, code, "the soak is too short to judge its figures: %s", stderr)

	rng := rand.New(rand.NewPCG(1, 2))
	args := append([]string{"soak", "--dir", wild}, rehearsed(laps)...)
	for kill := range kills {
		killSoak(t, rng, args, took*5/time.Duration(3*kills), kill%3) // so that most kills come before its end
		if _, err := os.Stat(filepath.Join(wild, "spec.json")); err == nil {
			args = []string{"soak", "--resume", wild, "--laps", strconv.Itoa(laps), "-q"}
		}
	}
	code, _, stderr = lightningTorture(t, args...)
	require.Equal(t, exit.Inconclusive, code, stderr)
	cells, totals := countedCells(t, calm)
	killed, killedTotals := countedCells(t, wild)
	require.Len(t, cells, laps*4)
	require.Equal(t, cells, killed)
	require.Equal(t, totals, killedTotals)
}

// killSoak starts a soak and kills it (0), its child (1) or both (2) at a random moment within the given time.
func killSoak(t *testing.T, rng *rand.Rand, args []string, before time.Duration, which int) {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Args = append([]string{"lightning-torture"}, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	require.NoError(t, cmd.Start())
	<-time.NewTimer(time.Duration(rng.Int64N(int64(before)))).C
	if which > 0 {
		for _, child := range children(cmd.Process.Pid) {
			_ = syscall.Kill(child, syscall.SIGKILL) // it may have ended already
		}
	}
	if which != 1 {
		_ = cmd.Process.Kill() // it may have ended already
	}
	_ = cmd.Wait() // it was killed by this test
	if code := cmd.ProcessState.ExitCode(); code >= 0 {
		require.Contains(t, []int{0, int(exit.Inconclusive)}, code, stderr.String())
	}
}

func TestASecondSupervisorIsRefused(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "soak")
	code, _, stderr := lightningTorture(t, append([]string{"soak", "--dir", dir}, rehearsed(1)...)...)
	require.Equal(t, exit.Inconclusive, code, stderr)
	lock, err := campaign.Lock(dir)
	require.NoError(t, err)
	code, _, stderr = lightningTorture(t, "soak", "--resume", dir, "-q")
	require.Equal(t, exit.HostFault, code)
	require.Contains(t, stderr, fmt.Sprintf("another soak is running in %s, by process %d; wait for its end", dir, os.Getpid()))
	code, stdout, _ := lightningTorture(t, "soak", "status", dir)
	require.Zero(t, code)
	require.Contains(t, stdout, "4 cells: 4 passed")
	require.NoError(t, lock.Close())

	code, _, stderr = lightningTorture(t, append([]string{"soak", "--dir", dir}, rehearsed(1)...)...)
	require.Equal(t, exit.BadUsage, code)
	require.Contains(t, stderr, "has a campaign already; give --resume")
	code, _, stderr = lightningTorture(t, "soak", "--resume", dir, "--seed", "4")
	require.Equal(t, exit.BadUsage, code)
	require.Contains(t, stderr, "--seed is fixed when a soak begins")
	code, _, stderr = lightningTorture(t, "soak", "--resume", t.TempDir())
	require.Equal(t, exit.BadUsage, code)
	require.Contains(t, stderr, "lightning-torture: campaign: not found: ")

	ledgerFile := filepath.Join(dir, "ledger.jsonl")
	text, err := os.ReadFile(ledgerFile)
	require.NoError(t, err)
	text[len(text)/2] ^= 1
	require.NoError(t, os.WriteFile(ledgerFile, text, 0o600))
	code, _, stderr = lightningTorture(t, "soak", "--resume", dir, "--laps", "2")
	require.Equal(t, exit.HostFault, code)
	require.Contains(t, stderr, "restore the file from a copy")
}

// Together, the shards of a soak do what one soak does, and merge shows it.
func TestShardsOfASoakAddUp(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	whole := filepath.Join(root, "whole")
	code, _, stderr := lightningTorture(t, append([]string{"soak", "--dir", whole}, rehearsed(1)...)...)
	require.Equal(t, exit.Inconclusive, code, stderr)
	dirs := []string{filepath.Join(root, "1"), filepath.Join(root, "2")}
	cells := map[[2]int]ledger.Cell{}
	for i, dir := range dirs {
		code, _, stderr = lightningTorture(t, append([]string{"soak", "--dir", dir, "--shard", fmt.Sprintf("%d/2", i+1)}, rehearsed(1)...)...)
		require.Equal(t, exit.Inconclusive, code, stderr)
		own, _ := countedCells(t, dir)
		for at, c := range own {
			require.NotContains(t, cells, at)
			c.Shapes = nil
			cells[at] = c
		}
	}
	want, _ := countedCells(t, whole)
	for at, c := range want {
		c.Shapes = nil // a ledger has each shape once, and there are two
		want[at] = c
	}
	require.Equal(t, want, cells)
	_, stdout, _ := lightningTorture(t, "soak", "status", whole)
	shapes := regexp.MustCompile(`of [0-9,]+ shapes`).FindString(stdout)
	require.NotEmpty(t, shapes)
	code, stdout, _ = lightningTorture(t, "soak", "merge", dirs[0], dirs[1])
	require.Equal(t, exit.Inconclusive, code)
	require.Regexp(t, `laps +1 +4 cells: 4 passed`, stdout)
	require.Contains(t, stdout, shapes, "together, the shards have seen what the whole soak has")
	requireReports(t, dirs)
	code, _, stderr = lightningTorture(t, "soak", "merge", dirs[0], dirs[0])
	require.Equal(t, exit.BadUsage, code)
	require.Contains(t, stderr, "are the same shard, 1/2")
	code, _, stderr = lightningTorture(t, "soak", "merge", dirs[0], whole)
	require.Equal(t, exit.BadUsage, code)
	require.Contains(t, stderr, "is one of 2 shards, and "+whole+" one of 1")
}

// requireReports requires merge and report to write the page and the figures that are asked for.
func requireReports(t *testing.T, dirs []string) {
	t.Helper()
	html, figures := filepath.Join(t.TempDir(), "merged.html"), filepath.Join(t.TempDir(), "merged.json")
	code, printed, stderr := lightningTorture(t, "soak", "merge", dirs[0], dirs[1], "--html", html, "--json", figures, "--format", "json")
	require.Equal(t, exit.Inconclusive, code, stderr)
	text, err := os.ReadFile(figures)
	require.NoError(t, err)
	require.Equal(t, withoutNow(printed), withoutNow(string(text)))
	page, err := os.ReadFile(html)
	require.NoError(t, err)
	require.Contains(t, string(page), "4 passed, 0 failed")
	require.Contains(t, string(page), "crash images over", "the trends include the cells of both shards")
	left, err := os.ReadFile(filepath.Join(dirs[0], "report.html"))
	require.NoError(t, err, "a soak that ends leaves its page")
	require.Contains(t, string(left), "2 passed, 0 failed")
	require.NotContains(t, string(left), "<script")

	code, _, stderr = lightningTorture(t, "soak", "report", dirs[0], "--html", html)
	require.Equal(t, exit.Inconclusive, code, stderr)
	page, err = os.ReadFile(html)
	require.NoError(t, err)
	require.Equal(t, sha256.Sum256([]byte(withoutNow(string(left)))), sha256.Sum256([]byte(withoutNow(string(page)))), "the page that a soak leaves matches its ledger")
	code, _, stderr = lightningTorture(t, "soak", "report", dirs[0], dirs[1], "--html", html)
	require.Equal(t, exit.BadUsage, code)
	require.Contains(t, stderr, "call soak merge")
	code, _, stderr = lightningTorture(t, "soak", "report", dirs[0], "--json", filepath.Join(html, "nowhere"))
	require.Equal(t, exit.HostFault, code)
	require.Contains(t, stderr, "nowhere")
}

// moments matches the times in a page or in figures.
var moments = regexp.MustCompile(`\d{4}-\d\d-\d\d[T ][0-9:.]+( UTC|Z)?|\d+ \w+ 2\d{3}, [0-9:]+ UTC`)

func withoutNow(text string) string { return moments.ReplaceAllString(text, "") }

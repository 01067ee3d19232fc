package fleet_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/fleet/broker"
	"github.com/lightningdb/lightning-torture/workloads/fleet/coordinator"
	"github.com/lightningdb/lightning-torture/workloads/fleet/wire"
	"github.com/lightningdb/lightning-torture/workloads/fleet/worker"
	"github.com/lightningdb/lightning-torture/workloads/soak"
	"github.com/lightningdb/lightning-torture/workloads/soak/campaign"
	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
	"github.com/lightningdb/lightning-torture/workloads/targets/soakledger"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// The test starts this binary again as the coordinator and as workers.
const (
	roleVariable    = "FLEET_TEST_ROLE"
	dirVariable     = "FLEET_TEST_DIR"
	addressVariable = "FLEET_TEST_ADDRESS"
)

func TestMain(m *testing.M) {
	var err error
	switch os.Getenv(roleVariable) {
	case "serve":
		err = serve(os.Getenv(dirVariable), os.Getenv(addressVariable))
	case "work":
		err = work(os.Getenv(dirVariable), os.Getenv(addressVariable))
	default:
		os.Exit(m.Run())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(4)
	}
	os.Exit(0)
}

// laps is the number of laps in the campaign.
const laps = 40

var build = wire.Build{ID: "test", Version: "1"}

func spec() *campaign.Spec {
	return &campaign.Spec{Version: 1, Engine: "soak-ledger", Workloads: []string{"register"}, Faults: []string{"power", "killed"}, Seed: 1}
}

// serve is the coordinator. It prints a line for each counted cell.
func serve(dir, address string) error {
	o := coordinator.Options{
		Dir: dir, Targets: []torture.Target{soakledger.Target()}, Build: build, Laps: laps, Lease: time.Second, Farewell: time.Second, Tick: 200 * time.Millisecond,
		Watch: func(e *ledger.Event) {
			if e.Cell != nil {
				fmt.Println("cell", e.Cell.Lap, e.Cell.Cell)
			}
		},
	}
	c, err := coordinator.Begin(spec(), o)
	if errors.Is(err, campaign.ErrSpec) {
		c, err = coordinator.Resume(o)
	}
	if err != nil {
		return err
	}
	s, err := broker.Start(address, filepath.Join(dir, "queue"), broker.Files{})
	if err != nil {
		return err
	}
	conn, err := s.Connect()
	if err != nil {
		return err
	}
	return errors.Join(c.Run(context.Background(), conn), c.Close(), s.Close())
}

func work(dir, address string) error {
	conn, err := broker.Dial(address, "worker", broker.Files{})
	if err != nil {
		return err
	}
	defer conn.Close()
	return worker.Run(context.Background(), conn, worker.Options{Name: fmt.Sprint(os.Getpid()), Build: build, Doer: planted{dir}, Patience: patience})
}

// patience is the timeout of waits that end by themselves unless something is broken.
const patience = 2 * time.Minute

// planted runs cells of an engine in which every third cell shows one of four bugs. It is quick, so that processes are killed at
// every step of a cell's path.
type planted struct{ dir string }

// shows returns the finding of a cell, or "" if the cell passes.
func shows(lap, cell int) string {
	if n := 2*lap + cell; n%3 == 0 {
		return fmt.Sprintf("%010x", n%4)
	}
	return ""
}

func (p planted) Do(_ context.Context, spec *campaign.Spec, item *wire.Item, tryCanary bool) (*wire.Result, error) {
	c := &ledger.Cell{
		Lap: item.Lap, Cell: item.Cell, Workload: "register", Fault: spec.Faults[item.Cell], Seed: spec.Options(item.Lap).Seed, Outcome: ledger.Passed, Images: 7,
	}
	r := &wire.Result{Cell: c}
	if tryCanary {
		r.Canary = &ledger.Canary{Lap: item.Lap, Caught: true, Images: 7}
	}
	if id := shows(item.Lap, item.Cell); id != "" {
		c.Outcome, c.Findings = ledger.Failed, []ledger.Sighting{{ID: id, Judge: "durability", Class: "lost", Sentence: "a commit is lost", Count: 1}}
	}
	return r, nil
}

// File writes the evidence on demand. It has 300 KiB, so it takes several messages.
func (p planted) File(id string) string {
	name := filepath.Join(p.dir, fmt.Sprint("evidence-", id, "-", os.Getpid()))
	if err := os.WriteFile(name, evidence(id), 0o600); err != nil {
		panic(err)
	}
	return name
}

func evidence(id string) []byte { return bytes.Repeat([]byte(id), 30<<10) }

// crew are the processes of a fleet.
type crew struct {
	t       *testing.T
	address string
	dir     string
	lines   chan string // of coordinators
	mu      sync.Mutex
	ended   sync.WaitGroup
	output  strings.Builder // their standard error
}

func (c *crew) start(role string) *exec.Cmd {
	cmd := exec.Command(os.Args[0]) //nolint:gosec // this binary
	cmd.Env = append(os.Environ(), roleVariable+"="+role, dirVariable+"="+c.dir, addressVariable+"="+c.address)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	cmd.Stderr = c
	if role == "serve" {
		out, err := cmd.StdoutPipe()
		require.NoError(c.t, err)
		c.ended.Go(func() {
			for s := bufio.NewScanner(out); s.Scan(); {
				c.lines <- s.Text()
			}
			c.lines <- "ended"
		})
	}
	require.NoError(c.t, cmd.Start())
	return cmd
}

// Write keeps the output of the processes.
func (c *crew) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.output.Write(p)
}

func (c *crew) said() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.output.String()
}

// kill ends a process as a power cut would.
func (c *crew) kill(cmd *exec.Cmd) {
	require.NoError(c.t, cmd.Process.Kill())
	require.Error(c.t, cmd.Wait())
}

// Of eight workers, four are killed at random; the coordinator is killed twice, and the queue is deleted once. Every cell must
// still count exactly once, and the evidence of every finding must be kept.
func TestKilledProcessesLoseNeitherCellsNorFindings(t *testing.T) {
	t.Parallel()
	c := &crew{t: t, address: freeAddress(t), dir: filepath.Join(t.TempDir(), "fleet"), lines: make(chan string, 1024)}
	random := rand.New(rand.NewPCG(1, 2))
	server := c.start("serve")
	var workers []*exec.Cmd
	for range 8 {
		workers = append(workers, c.start("work"))
	}
	counted, servers := 0, 1
	for servers > 0 {
		var line string
		select {
		case line = <-c.lines:
		case <-time.NewTimer(patience).C:
			require.Fail(t, "no cell was counted for too long", c.said())
		}
		if line == "ended" {
			servers--
			continue
		}
		switch counted++; counted {
		case 5, 20, 35, 60:
			i := random.IntN(len(workers))
			c.kill(workers[i])
			workers[i] = c.start("work")
		case 25, 50:
			c.kill(server)
			if counted == 50 {
				require.NoError(t, os.RemoveAll(filepath.Join(c.dir, "queue")))
			}
			server = c.start("serve")
			servers++
		}
	}
	c.ended.Wait()
	require.NoError(t, server.Wait(), c.said())
	for _, w := range workers {
		_ = w.Process.Kill() // most have ended; one that was not connected at the end waits for another coordinator
		_ = w.Wait()
	}

	times := map[string]int{}
	book, err := campaign.Read(afero.NewOsFs(), c.dir, func(e *ledger.Event) error {
		if e.Cell != nil {
			times[fmt.Sprint(e.Cell.Lap, " ", e.Cell.Cell)]++
		}
		return nil
	})
	require.NoError(t, err)
	require.Len(t, times, 2*laps)
	for cell, n := range times {
		require.Equal(t, 1, n, "cell %s must be in the ledger exactly once", cell)
	}
	require.Equal(t, 3, book.Totals.Starts)
	require.Equal(t, laps, book.Totals.Laps)

	want := map[string]int{}
	for lap := range laps {
		for cell := range 2 {
			if id := shows(lap, cell); id != "" {
				want[id]++
			}
		}
	}
	for _, f := range book.Findings() {
		require.Equal(t, want[f.ID], f.Images, "finding %s must be seen in each of its cells", f.ID)
		delete(want, f.ID)
		kept, err := os.ReadFile(filepath.Join(c.dir, f.File))
		require.NoError(t, err)
		require.Equal(t, evidence(f.ID), kept)
	}
	require.Empty(t, want, "some findings were lost")
	now, err := soak.Read(c.dir, time.Time{})
	require.NoError(t, err)
	require.Equal(t, soak.Fail, now.Verdict)
}

// freeAddress returns an unused loopback address.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	return l.Addr().String()
}

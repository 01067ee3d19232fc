//go:build linux

package operations_test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// group has the nodes of a replicated store, each a process of lightning-replica, controlled by the stand-ins for
// systemctl and journalctl. Nodes 1 to 3 are its first members, 4 joins later, and 5 runs what was restored. Unit
// money-N runs node N.
type group struct {
	t     *testing.T
	dir   string
	bin   string // a directory with systemctl, journalctl and lightning-replica
	mu    sync.Mutex
	nodes map[int]*node
}

// node is a unit and the process that it runs.
type node struct {
	listen, api, log string
	args             []string
	process          *exec.Cmd // nil while it is stopped
}

// replicaCommand is the built lightning-replica, for all tests.
var replicaCommand = sync.OnceValues(func() (string, error) { return build("../../engine/replica", "lightning-replica") })

// newGroup starts nodes 1 to 3.
func newGroup(t *testing.T) *group {
	t.Helper()
	g := &group{t: t, dir: t.TempDir(), bin: t.TempDir(), nodes: map[int]*node{}}
	stand := httptest.NewServer(http.HandlerFunc(g.obey))
	t.Cleanup(stand.Close)
	writeTools(t, g.bin, stand.URL)
	replica, err := replicaCommand()
	require.NoError(t, err)
	require.NoError(t, os.Symlink(replica, filepath.Join(g.bin, "lightning-replica")))
	addresses := freeAddresses(t, 10)
	for id := 1; id <= 5; id++ {
		n := &node{listen: addresses[2*id-2], api: addresses[2*id-1], log: filepath.Join(g.dir, fmt.Sprint("log", id))}
		n.args = []string{"serve", "--id", fmt.Sprint(id), "--group", "money", "--dir", g.store(id), "--listen", n.listen, "--api", n.api, "--tick", "20ms"}
		g.nodes[id] = n
	}
	for id := 1; id <= 3; id++ {
		for other := 1; other <= 3; other++ {
			if other != id {
				g.nodes[id].args = append(g.nodes[id].args, "--peer", fmt.Sprintf("%d=%s", other, g.nodes[other].listen))
			}
		}
	}
	g.nodes[4].args = append(g.nodes[4].args, "--join")
	g.nodes[5].args = append(g.nodes[5].args, "--group", "money-restored", "--dir", g.restored(), "--join")
	t.Cleanup(func() {
		for id := range g.nodes {
			g.kill(id)
		}
	})
	for id := 1; id <= 3; id++ {
		require.NoError(t, g.start(id))
	}
	g.run("put", "balance", "7", "--node", g.nodes[1].api)
	return g
}

// ownHost returns a loopback address that no other test uses. While a service restarts, its port of 127.0.0.1 could be taken: the
// system gives such ports to outgoing connections, too.
func ownHost() string {
	pid := os.Getpid()
	return fmt.Sprintf("127.%d.%d.%d", 1+pid>>8%250, pid&255, hosts.Add(1))
}

// hosts is the number of hosts given out by ownHost.
var hosts atomic.Int32

// freeAddresses returns addresses on which nobody listens.
func freeAddresses(t *testing.T, n int) (all []string) {
	t.Helper()
	host := ownHost()
	for range n {
		l, err := net.Listen("tcp", host+":0")
		require.NoError(t, err)
		defer l.Close() // once all have been drawn, so that they differ
		all = append(all, l.Addr().String())
	}
	return all
}

func (g *group) store(id int) string { return filepath.Join(g.dir, fmt.Sprint("store", id)) }

func (g *group) restored() string { return filepath.Join(g.dir, "restored") }

// run runs lightning-replica.
func (g *group) run(args ...string) string {
	g.t.Helper()
	said, err := exec.Command(filepath.Join(g.bin, "lightning-replica"), args...).CombinedOutput() //nolint:gosec // built above
	require.NoError(g.t, err, "lightning-replica %s: %s", strings.Join(args, " "), said)
	return string(said)
}

// start runs a node, with more arguments than its unit has, and returns once it listens or has ended.
func (g *group) start(id int, more ...string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := g.nodes[id]
	if n.process != nil && syscall.Kill(n.process.Process.Pid, 0) == nil {
		return nil
	}
	log, err := os.OpenFile(n.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()                                                                                          // the child has its own
	child := exec.Command(filepath.Join(g.bin, "lightning-replica"), append(slices.Clone(n.args), more...)...) //nolint:gosec // built above
	child.Stderr = log
	if err := child.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- child.Wait() }()
	n.process = child
	for {
		select {
		case err := <-ended:
			n.process = nil
			return fmt.Errorf("node %d does not start: %w", id, err)
		default:
		}
		if c, err := net.Dial("tcp", n.api); err == nil {
			return c.Close()
		}
	}
}

// kill ends a node, if it runs.
func (g *group) kill(id int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := g.nodes[id]
	if n.process == nil {
		return
	}
	_ = n.process.Process.Kill() // it may have ended by itself
	for {
		c, err := net.Dial("tcp", n.api)
		if err != nil {
			break // the kernel has closed its sockets
		}
		_ = c.Close()
	}
	n.process = nil
}

// obey does what a runbook asks of systemctl or journalctl.
func (g *group) obey(w http.ResponseWriter, r *http.Request) {
	args := strings.Fields(r.FormValue("args"))
	id := 0
	for _, a := range args {
		if number, is := strings.CutPrefix(a, "money-"); is {
			_, _ = fmt.Sscan(number, &id) // another unit is 0
		}
	}
	refuse := func(why any) {
		w.WriteHeader(http.StatusConflict)
		fmt.Fprintln(w, why)
	}
	n := g.nodes[id]
	switch {
	case n == nil:
		refuse("no such unit: " + strings.Join(args, " "))
	case r.URL.Path == "/journalctl":
		log, err := os.ReadFile(n.log)
		if err != nil {
			refuse(err)
			return
		}
		_, _ = w.Write(log[max(0, len(log)-4000):])
	case args[0] == "status":
		fmt.Fprintln(w, map[bool]string{true: "active (running)", false: "inactive (dead)"}[n.process != nil])
	case args[0] == "stop":
		g.kill(id)
	case args[0] == "start", args[0] == "restart":
		if args[0] == "restart" {
			g.kill(id)
		}
		if err := g.start(id); err != nil {
			refuse(err)
		}
	default:
		refuse("not understood: " + strings.Join(args, " "))
	}
}

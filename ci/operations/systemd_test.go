//go:build linux

package operations_test

import (
	"bufio"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// unit is a service controlled by the stand-ins for systemctl and journalctl.
type unit struct {
	t       *testing.T
	env     []string // of the child
	address string   // where it listens, once started
	log     string
	stand   *httptest.Server
	bin     string // a directory with systemctl, journalctl and lightning-torture

	mu         sync.Mutex
	process    *exec.Cmd // nil while it is stopped
	ended      chan struct{}
	neighbours func() // called when the runbook stops a neighbour
}

// command returns the path of lightning-torture, built once for all tests.
var command = sync.OnceValues(func() (string, error) { return build("../..", "lightning-torture") })

// build builds a command of the module in a folder, and returns its path.
func build(module, name string) (string, error) {
	dir, err := filepath.Abs("../../.build")
	if err != nil {
		return "", err
	}
	build := exec.Command("go", "build", "-o", dir+"/", "./cmd/"+name)
	build.Dir = module
	if said, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, said)
	}
	return filepath.Join(dir, name), nil
}

// newUnit starts a service on a store in dir.
func newUnit(t *testing.T, dir string, env ...string) *unit {
	t.Helper()
	u := &unit{t: t, bin: t.TempDir(), log: filepath.Join(t.TempDir(), "log"), neighbours: func() {}}
	u.env = append([]string{"SERVICE_STORE=" + filepath.Join(dir, "store"), "SERVICE_ADDRESS=" + ownHost() + ":0"}, env...) // later entries override earlier ones
	u.stand = httptest.NewServer(http.HandlerFunc(u.obey))
	t.Cleanup(u.stand.Close)
	writeTools(t, u.bin, u.stand.URL)
	lab, err := command()
	require.NoError(t, err)
	require.NoError(t, os.Symlink(lab, filepath.Join(u.bin, "lightning-torture")))
	require.NoError(t, u.start())
	t.Cleanup(func() { u.kill(syscall.SIGKILL) })
	return u
}

// shell returns the environment in which the commands of runbooks run.
func (u *unit) shell(more ...string) []string {
	return append(more, "PATH="+u.bin+":"+os.Getenv("PATH"), "SERVICE=money", "NEIGHBOUR=backup", "METRICS=http://"+u.address)
}

func (u *unit) start() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.process != nil {
		select {
		case <-u.ended: // it ended by itself
		default:
			return nil
		}
	}
	child := exec.Command(os.Args[0]) //nolint:gosec // this test
	child.Env = append(os.Environ(), u.env...)
	log, err := os.OpenFile(u.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	child.Stderr = log
	out, err := child.StdoutPipe()
	if err != nil {
		return err
	}
	if err := child.Start(); err != nil {
		return err
	}
	first, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return fmt.Errorf("the service does not start: %w; see its log", child.Wait())
	}
	u.address = strings.TrimSpace(strings.TrimPrefix(first, "listening on "))
	u.env[1] = "SERVICE_ADDRESS=" + u.address // a restarted service listens on the same address
	ended := make(chan struct{})
	u.process, u.ended = child, ended
	go func() {
		_ = child.Wait() // any exit is fine, because tests kill it
		_ = log.Close()
		close(ended)
	}()
	return nil
}

// kill sends a signal to the service, if it runs.
func (u *unit) kill(how syscall.Signal) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.process == nil {
		return
	}
	_ = u.process.Process.Signal(how) // it may have ended by itself
	<-u.ended
	u.process = nil
}

// obey executes a systemctl or journalctl command of a runbook.
func (u *unit) obey(w http.ResponseWriter, r *http.Request) {
	args := strings.Fields(r.FormValue("args"))
	refuse := func(why any) {
		w.WriteHeader(http.StatusConflict)
		fmt.Fprintln(w, why)
	}
	if r.URL.Path == "/journalctl" {
		if slices.Contains(args, "-k") {
			fmt.Fprintln(w, "-- No entries --")
			return
		}
		log, err := os.ReadFile(u.log)
		if err != nil {
			refuse(err)
			return
		}
		_, _ = w.Write(log)
		return
	}
	switch verb := args[0]; {
	case verb == "status" && u.process == nil:
		refuse("inactive (dead)")
	case verb == "status":
		fmt.Fprintln(w, "active (running)")
	case verb == "show" && u.process != nil:
		fmt.Fprintln(w, u.process.Process.Pid)
	case verb == "stop" && slices.Contains(args, "backup"):
		u.neighbours()
	case verb == "stop":
		u.kill(syscall.SIGKILL)
	case verb == "kill" && slices.Contains(args, "QUIT"):
		u.kill(syscall.SIGQUIT)
	case verb == "kill" && slices.Contains(args, "KILL"):
		u.kill(syscall.SIGKILL)
	case slices.Contains(args, "systemd-timesyncd"):
		u.neighbours()
	case verb == "start", verb == "restart":
		if verb == "restart" {
			u.kill(syscall.SIGKILL)
		}
		if err := u.start(); err != nil {
			refuse(err)
		}
	default:
		refuse("not understood: " + strings.Join(args, " "))
	}
}

// call sends a request to the service and ignores failures, because the service may be broken.
func (u *unit) call(page string, values url.Values) {
	answer, err := http.PostForm("http://"+u.address+page, values)
	if err == nil {
		_ = answer.Body.Close()
	}
}

// writeTools writes a systemctl and a journalctl that pass their arguments to a server, which stands in for systemd.
func writeTools(t *testing.T, bin, server string) {
	t.Helper()
	for _, tool := range []string{"systemctl", "journalctl"} {
		script := fmt.Sprintf("#!/bin/sh\nexec curl -s --fail-with-body '%s/%s' --data-urlencode \"args=$*\"\n", server, tool)
		require.NoError(t, os.WriteFile(filepath.Join(bin, tool), []byte(script), 0o700))
	}
}

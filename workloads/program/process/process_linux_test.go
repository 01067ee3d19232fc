package process_test

import (
	"fmt"
	"net"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/program/process"
)

// serverWord makes the test binary a server that listens on a port.
const serverWord = "__server"

func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == serverWord {
		serve()
	}
	os.Exit(m.Run())
}

// serve listens until it is asked to end.
func serve() {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	l, err := net.Listen("tcp", "127.0.0.1:4711")
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	go func() {
		for {
			if c, err := l.Accept(); err == nil {
				_ = c.Close()
			}
		}
	}()
	fmt.Println("process", os.Getpid(), "got", <-stop)
	os.Exit(0)
}

// patience is so long that only a hang exceeds it.
const patience = time.Minute

// room returns a room, or skips the test where none can be made.
func room(t *testing.T) *process.Room {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root or a stage, for the namespaces of a server")
	}
	r, err := process.NewRoom()
	if err != nil {
		t.Skip("needs namespaces for a server: ", err)
	}
	t.Cleanup(r.Close)
	return r
}

func shell(script string) []string { return []string{"/bin/sh", "-c", script} }

// Servers on the same port do not clash; each is the first process of its PID namespace, and signals reach it.
func TestServersOnTheSamePortRunSideBySide(t *testing.T) {
	t.Parallel()
	var servers []*process.Server
	for range 2 {
		s, err := room(t).Serve([]string{"/proc/self/exe", serverWord}, nil, process.Probe{Port: 4711})
		require.NoError(t, err)
		t.Cleanup(s.Kill)
		require.NoError(t, s.Await(t.Context(), patience), s.Output())
		servers = append(servers, s)
	}
	for i, name := range []string{"SIGTERM", "SIGINT"} {
		require.NoError(t, servers[i].Stop(t.Context(), process.Stop{Signal: name}, patience))
		want := map[string]string{"SIGTERM": "process 1 got terminated", "SIGINT": "process 1 got interrupt"}[name]
		assert.Equal(t, []string{want}, servers[i].Output())
	}
}

func TestProbesDetectWhenAServerIsReady(t *testing.T) {
	t.Parallel()
	r := room(t)
	script := `[ -z "$(ls ` + process.Tmp + `)" ] || { echo "left behind:"; ls ` + process.Tmp + `; exit 9; }
echo starting; touch ` + process.Tmp + `/up; echo "I am up"; sleep 1000`
	for _, p := range []process.Probe{
		{Command: shell("[ -e " + process.Tmp + "/up ]")},
		{File: process.Tmp + "/up"},
		{Output: "^I am up$"}, // last, because the script does not print it if an earlier server left anything behind
	} {
		s, err := r.Serve(shell(script), nil, p)
		require.NoError(t, err)
		require.NoError(t, s.Await(t.Context(), patience), "%+v: %v", p, s.Output())
		s.Kill()
	}
	missing, err := r.Serve(shell("sleep 1000"), nil, process.Probe{Command: []string{"/no/such/command"}})
	require.NoError(t, err)
	t.Cleanup(missing.Kill)
	require.ErrorIs(t, missing.Await(t.Context(), patience), process.ErrNotRun)
	require.ErrorIs(t, missing.Await(t.Context(), time.Nanosecond), process.ErrLate)
}

func TestAwaitReturnsWhenTheServerEnds(t *testing.T) {
	t.Parallel()
	s, err := room(t).Serve(shell("echo no; exit 3"), nil, process.Probe{Output: "yes"})
	require.NoError(t, err)
	require.ErrorIs(t, s.Await(t.Context(), patience), process.ErrEnded)
	assert.Equal(t, "ended with exit code 3: no", s.How())
}

// Whatever a server started ends with it, even in another session.
func TestNothingIsLeftOfAServer(t *testing.T) {
	t.Parallel()
	r := room(t)
	daemon := "trap '' HUP; setsid sh -c 'while :; do echo x >" + process.Tmp + "/beat; done' & echo up; sleep 1000" // sleep ignores SIGHUP, too
	s, err := r.Serve(shell(daemon), nil, process.Probe{File: process.Tmp + "/beat"})
	require.NoError(t, err)
	require.NoError(t, s.Await(t.Context(), patience))
	require.ErrorContains(t, s.Stop(t.Context(), process.Stop{Signal: "SIGHUP"}, time.Millisecond), "did not end in 1ms after SIGHUP and was killed")
	end, err := process.Command{Args: shell("rm " + process.Tmp + "/beat; ls " + process.Tmp), Room: r}.Run(t.Context(), patience)
	require.NoError(t, err)
	assert.Empty(t, end.Stdout)
}

func TestACommandThatStopsAServer(t *testing.T) {
	t.Parallel()
	r := room(t)
	s, err := r.Serve(shell("trap '' TERM; until [ -e "+process.Tmp+"/stop ]; do :; done"), nil, process.Probe{Command: []string{"true"}})
	require.NoError(t, err)
	require.NoError(t, s.Await(t.Context(), patience))
	require.NoError(t, s.Stop(t.Context(), process.Stop{Command: []string{"touch", process.Tmp + "/stop"}}, patience))
}

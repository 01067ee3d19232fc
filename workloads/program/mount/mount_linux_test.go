package mount_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/program/mount"
	"github.com/lightningdb/lightning-torture/workloads/program/stage"
)

// First arguments that make the test binary a helper process.
const (
	callsWord  = "__calls"
	lockWord   = "__lock"
	appendWord = "__append"
	askWord    = "__ask"

	exchangeWord = "__exchange"
)

func TestMain(m *testing.M) {
	stage.Main(stage.Job{Name: "serve", Do: serve})
	if len(os.Args) == 3 {
		switch os.Args[1] {
		case callsWord:
			calls(os.Args[2], os.Stdout)
			return
		case lockWord:
			lockAsChild(os.Args[2])
			return
		case appendWord:
			appendAsChild(os.Args[2])
			return
		case exchangeWord:
			exchangeAsChild(os.Args[2])
			return
		case askWord:
			askForAll(os.Args[2])
			return
		case syncerWord:
			if err := writeAndSync(os.Args[2]); err != nil {
				panic(err)
			}
			return
		}
	}
	os.Exit(m.Run())
}

// served is the result of running a command on a simulated disk.
type served struct {
	Output  string
	Trace   []string
	Acks    []string
	Refused []string
}

// serve runs a command on a simulated disk; DIR in its arguments stands for the directory.
func serve(_ context.Context, request json.RawMessage, dir string, emit func(any) error) error {
	var args []string
	if err := json.Unmarshal(request, &args); err != nil {
		return err
	}
	m, err := mount.New(dir)
	if err != nil {
		return err
	}
	fs := faultfs.New(faultfs.Options{})
	var s served
	at := m.Add(mount.Disk{
		FS: fs, Ack: func(line string) { s.Acks = append(s.Acks, fmt.Sprint(fs.Now(), " ", line)) },
		Refused: func(what string) { s.Refused = append(s.Refused, what) },
	})
	for i, arg := range args {
		args[i] = strings.ReplaceAll(arg, "DIR", at)
	}
	out, _ := exec.Command(args[0], args[1:]...).CombinedOutput() // what it printed says how it ended
	s.Output = strings.ReplaceAll(string(out), at, "DIR")
	for _, op := range fs.Trace() {
		s.Trace = append(s.Trace, op.String())
	}
	return emit(s)
}

func onStage(t *testing.T, args ...string) (s served) {
	t.Helper()
	if err := stage.Possible(t.Context()); err != nil {
		t.Skip(err)
	}
	err := stage.Run(t.Context(), "serve", args, func(text json.RawMessage) error { return json.Unmarshal(text, &s) })
	require.NoError(t, err)
	return s
}

// As far as the system calls of stores go, a program cannot tell a simulated disk from a real one.
func TestSystemCallsBehaveAsOnARealDisk(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	require.NoError(t, err)
	got := onStage(t, self, callsWord, "DIR").Output
	want, err := exec.Command(self, callsWord, t.TempDir()).CombinedOutput()
	require.NoError(t, err)
	assert.Equal(t, string(want), got)
}

// The trace has, in order, every write as it was made, the syncs of files and directories, and the acknowledgements.
func TestTraceRecordsWhatTheProgramDid(t *testing.T) {
	t.Parallel()
	s := onStage(t, "/bin/sh", "-ec", `cd DIR
		printf one >a
		sync a
		echo first >>.torture/ack
		mv a b
		sync .
		printf 'second\nthird' >>.torture/ack
		ln b c
		rm b
		ls -A
		printf 12 | dd of=c bs=1 oflag=dsync conv=notrunc 2>/dev/null`)
	assert.Equal(t, []string{
		"1 create a", "2 write a [0,3)", "3 sync a", "4 rename a -> b", "5 sync ", "6 link b -> c", "7 remove b",
		"8 write c [0,1)", "9 sync c", "10 write c [1,2)", "11 sync c",
	}, s.Trace)
	assert.Equal(t, []string{"3 first", "5 second"}, s.Acks)
	assert.Equal(t, "c\n", s.Output, "the directory of the acknowledgements is hidden")
}

// An exchange is one operation of the trace, and a write that asks to be synced is followed by its sync.
func TestTraceRecordsExchangesAndSyncedWrites(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	require.NoError(t, err)
	s := onStage(t, self, exchangeWord, "DIR")
	assert.Empty(t, s.Output)
	assert.Equal(t, []string{
		"1 create a", "2 create d", "3 create d/b", "4 exchange a <-> d/b", "5 remove a",
		"6 write d/b [0,3)", "7 sync d/b", "8 write d/b [3,6)", "9 sync d/b", "10 write d/b [6,9)",
	}, s.Trace)
}

// exchangeAsChild exchanges two names, removes one, and writes to the other in three ways.
func exchangeAsChild(dir string) {
	a, b := dir+"/a", dir+"/d/b"
	for _, err := range []error{
		os.WriteFile(a, nil, 0o600), os.Mkdir(dir+"/d", 0o700), os.WriteFile(b, nil, 0o600),
		unix.Renameat2(unix.AT_FDCWD, a, unix.AT_FDCWD, b, unix.RENAME_EXCHANGE), os.Remove(a),
		writeWith(b, "one", unix.RWF_DSYNC), writeWith(b, "two", unix.RWF_APPEND|unix.RWF_SYNC), writeWith(b, "end", unix.RWF_APPEND),
	} {
		if err != nil {
			fmt.Println(err)
		}
	}
}

// writeWith writes to a file with flags of pwritev2(2).
func writeWith(name, text string, flags int) error {
	fd, err := unix.Open(name, unix.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = unix.Pwritev2(fd, [][]byte{[]byte(text)}, 0, flags)
	return errors.Join(err, unix.Close(fd))
}

// Unsupported requests are refused, so that programs can fall back.
func TestUnsupportedRequestsAreRefused(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		script, want string
		told         int
	}{
		"collapse": {`printf 12345678 >DIR/f; fallocate -c -o 0 -l 4096 DIR/f`, "not supported", 0}, // by the kernel
		"devices":  {`mknod DIR/null c 1 3`, "not permitted", 1},
		"pipes":    {`mkfifo DIR/p`, "not permitted", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := onStage(t, "/bin/sh", "-c", row.script)
			assert.Contains(t, s.Output, row.want)
			assert.Len(t, s.Refused, row.told)
		})
	}
}

// askForAll makes every request that a simulated disk does not support.
func askForAll(dir string) {
	_, err := net.Listen("unix", dir+"/socket")
	fmt.Println(err)
	fmt.Println(os.WriteFile(dir+"/a", nil, 0o600), os.WriteFile(dir+"/b", nil, 0o600))
	fmt.Println(unix.Renameat2(unix.AT_FDCWD, dir+"/a", unix.AT_FDCWD, dir+"/b", unix.RENAME_WHITEOUT))
	fmt.Println(unix.Setxattr(dir+"/a", "trusted.a", nil, 0))
}

func TestEveryRefusalNamesTheRemedy(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	require.NoError(t, err)
	s := onStage(t, self, askWord, "DIR")
	require.Len(t, s.Refused, 3, s.Output)
	for i, want := range []string{"a socket in the directory of its store; put it elsewhere", "RENAME_WHITEOUT", "an extended attribute outside user.*"} {
		assert.Contains(t, s.Refused[i], want)
	}
}

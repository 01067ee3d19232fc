package blockfs

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/rpc"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/lightningdb/lightning-torture/faultfs/blockdev/blocklog"
)

// Client creates, records and forks disks of a server. It is safe for concurrent use.
type Client struct {
	dir    string
	server *exec.Cmd
	calls  *rpc.Client
	names  atomic.Uint64
}

// Options configures a server.
type Options struct {
	DiskBytes int64 // the size of each disk
	Slow      Latencies
}

// Start mounts on a directory, which must exist, and starts the server that serves disks there.
func Start(dir string, o Options) (_ *Client, err error) {
	text, err := json.Marshal(o)
	if err != nil {
		return nil, fmt.Errorf("blockfs: %w", err)
	}
	connection, err := connect(dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, connection.Close()) }() // the server has its own descriptor
	server := exec.Command("/proc/self/exe", serveWord, string(text))
	server.Stderr = os.Stderr
	server.ExtraFiles = []*os.File{connection}
	server.SysProcAttr = &syscall.SysProcAttr{
		Setpgid:      true, // Ctrl-C should reach only the client, which then ends the server
		Unshareflags: syscall.CLONE_NEWNS,
	}
	in, err := server.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("blockfs: %w", err)
	}
	out, err := server.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("blockfs: %w", err)
	}
	if err := server.Start(); err != nil {
		return nil, fmt.Errorf("blockfs: start the server: %w", err)
	}
	c := &Client{dir: dir, server: server, calls: rpc.NewClient(pipes{out, in})}
	if _, err := c.New(); err != nil {
		return nil, errors.Join(fmt.Errorf("blockfs: the server does not answer: %w", err), c.Close())
	}
	return c, nil
}

// fuseFD is the descriptor of the connection to the kernel in the server.
const fuseFD = 3

// maxWrite is the maximum size of a request in bytes.
const maxWrite = 1 << 20

// connect mounts on a directory and returns the connection to the kernel.
func connect(dir string) (*os.File, error) {
	connection, err := os.OpenFile("/dev/fuse", os.O_RDWR, 0)
	if err != nil {
		return nil, fmt.Errorf("blockfs: %w", err)
	}
	options := fmt.Sprintf("fd=%d,rootmode=40000,user_id=%d,group_id=%d,max_read=%d", connection.Fd(), os.Geteuid(), os.Getegid(), maxWrite)
	if err := unix.Mount("disks", dir, "fuse.disks", unix.MS_NOSUID|unix.MS_NODEV, options); err != nil {
		return nil, errors.Join(fmt.Errorf("blockfs: mount FUSE on %s: %w", dir, err), connection.Close())
	}
	return connection, nil
}

type pipes struct {
	io.Reader
	io.WriteCloser
}

// Close ends the server and unmounts. It works even if a disk is in use; whoever uses it gets errors from then on.
func (c *Client) Close() error {
	_ = unix.Unmount(c.dir, unix.MNT_FORCE) // returns EBUSY, but makes calls that wait for the server fail
	err := unix.Unmount(c.dir, unix.MNT_DETACH)
	if errors.Is(err, unix.EINVAL) {
		err = nil // not mounted, because the server did not get that far
	}
	return errors.Join(err, c.calls.Close(), c.server.Wait())
}

func (c *Client) call(method string, args, reply any) error {
	if err := c.calls.Call("Disks."+method, args, reply); err != nil {
		return fmt.Errorf("blockfs: %s: %w", method, err)
	}
	return nil
}

// Process returns the process ID of the server.
func (c *Client) Process() int { return c.server.Process.Pid }

func (c *Client) name() string { return "disk" + strconv.FormatUint(c.names.Add(1), 10) }

// Path returns the file that serves as a disk.
func (c *Client) Path(disk string) string { return filepath.Join(c.dir, disk) }

// New creates a disk full of garbage and returns its name.
func (c *Client) New() (string, error) { return c.Fork("") }

// Fork creates a copy of a disk and returns its name. The two share no pages of the page cache.
func (c *Client) Fork(disk string) (string, error) {
	to := c.name()
	return to, c.call("Fork", ForkArgs{disk, to}, nil)
}

// Cut creates a disk in a state in which a power cut may leave a recorded disk. It returns the name of the new disk and
// a hash, which is equal for equal states of that recording.
func (c *Client) Cut(disk string, s blocklog.State) (string, uint64, error) {
	to, hash := c.name(), uint64(0)
	err := c.call("Cut", CutArgs{disk, to, s}, &hash)
	return to, hash, err
}

// Content returns the content of a recorded disk before its first recorded request, and its log.
func (c *Client) Content(disk string) (content Content, err error) {
	err = c.call("Content", disk, &content)
	return content, err
}

// Load creates a disk that has the given content and log, as Content returns them, and returns its name. The requests
// of the log are not applied.
func (c *Client) Load(content Content) (string, error) {
	to := c.name()
	return to, c.call("Load", LoadArgs{to, content}, nil)
}

// Adopt gives a disk a log, as if its present content were the one that the first request of the log found.
func (c *Client) Adopt(disk string, log blocklog.Log) error {
	return c.call("Adopt", AdoptArgs{disk, log}, nil)
}

// Save writes a disk to a sparse file, with holes for what was never written.
func (c *Client) Save(disk, file string) error { return c.call("Save", SaveArgs{disk, file}, nil) }

// Remove discards a disk.
func (c *Client) Remove(disk string) error { return c.call("Remove", disk, nil) }

// Record starts the log of a disk.
func (c *Client) Record(disk string) error { return c.call("Record", disk, nil) }

// Position returns the number of requests in the log of a disk.
func (c *Client) Position(disk string) (n int, err error) {
	err = c.call("Position", disk, &n)
	return n, err
}

// Log returns the requests that a disk has received since Record.
func (c *Client) Log(disk string) (log blocklog.Log, err error) {
	err = c.call("Log", disk, &log)
	return log, err
}

// Fail makes writes to a disk fail. The zero Failure ends that.
func (c *Client) Fail(disk string, f Failure) error { return c.call("Fail", FailArgs{disk, f}, nil) }

// SetRules makes the writes and flushes that one of the rules hits fail with EIO from now on. Rules have the syntax of
// rule.ParseRule: "eio write" is about writes, "eio sync" about flushes.
func (c *Client) SetRules(disk string, rules []string) error {
	return c.call("SetRules", RulesArgs{disk, rules}, nil)
}

// Missed returns the rules of a disk that have hit nothing.
func (c *Client) Missed(disk string) (rules []string, err error) {
	err = c.call("Missed", disk, &rules)
	return rules, err
}

// Failed returns the number of writes that have failed since Fail.
func (c *Client) Failed(disk string) (n int, err error) {
	err = c.call("Failed", disk, &n)
	return n, err
}

package replica

import (
	"errors"
	"fmt"
	"slices"

	"go.etcd.io/raft/v3"

	"github.com/lightningdb/lightning-torture/engine"
)

// Config describes a node. ID, Group and Dir are required.
type Config struct {
	ID    uint64 // of this node; not 0, and never reused with another store
	Group string // name of the group, 1 to 256 bytes; Open refuses the store of another group
	Dir   string // directory of the Lightning store
	// Engine holds the options of the store.
	Engine engine.Options
	// Members lists the nodes that found a new group, including this one; all of them must be given the same list. Leave it
	// empty for a node that joins an existing group. It is ignored if the store already exists.
	Members []uint64

	// ElectionTicks is the number of ticks without a leader after which a node stands for election; 10 by default. The
	// actual number is random, up to twice as high.
	ElectionTicks  int
	HeartbeatTicks int // ticks between two heartbeats of a leader; 1 by default
	// LogEntries is the number of applied entries that stay in the log; 10,000 by default. A node that is further behind
	// receives a snapshot.
	LogEntries uint64
	// UncommittedBytes bounds the entries that a leader has proposed but not committed; 64 MiB by default. Beyond it,
	// Propose returns ErrBusy.
	UncommittedBytes uint64
	// SessionEntries is the minimum number of log entries for which a client is remembered after its last command;
	// 1,000,000 by default. It must be the same on all nodes.
	SessionEntries uint64
	// SnapshotChunkBytes is the minimum size of a snapshot chunk, except the last; 256 KiB by default.
	SnapshotChunkBytes int
	// Logger receives raft's log messages; nil discards them.
	Logger raft.Logger
}

// groupBytesMax is the maximum length of a group's name.
const groupBytesMax = 256

// snapshotChunkBytesMax is well below the server's frame limit: a chunk can exceed its minimum size by one pair.
const snapshotChunkBytesMax = 16 << 20

func (c *Config) ensureDefaults() {
	setDefault(&c.ElectionTicks, 10)
	setDefault(&c.HeartbeatTicks, 1)
	setDefault(&c.LogEntries, 10_000)
	setDefault(&c.UncommittedBytes, 64<<20)
	setDefault(&c.SessionEntries, 1_000_000)
	setDefault(&c.SnapshotChunkBytes, 256<<10)
	if c.Logger == nil {
		c.Logger = silent{}
	}
}

func setDefault[T int | uint64](value *T, otherwise T) {
	if *value == 0 {
		*value = otherwise
	}
}

func (c *Config) validate() error {
	switch {
	case c.ID == 0:
		return errors.New("replica: Config.ID is 0; give each node a unique number, starting at 1")
	case c.Group == "" || len(c.Group) > groupBytesMax:
		return fmt.Errorf("replica: Config.Group has %d bytes; give the group a name of 1 to %d bytes", len(c.Group), groupBytesMax)
	case c.ElectionTicks <= c.HeartbeatTicks || c.HeartbeatTicks < 0:
		return fmt.Errorf("replica: Config.ElectionTicks is %d; it must exceed HeartbeatTicks, which is %d", c.ElectionTicks, c.HeartbeatTicks)
	case c.SnapshotChunkBytes < 0 || c.SnapshotChunkBytes > snapshotChunkBytesMax:
		return fmt.Errorf("replica: Config.SnapshotChunkBytes is %d; choose 1 to %d", c.SnapshotChunkBytes, snapshotChunkBytesMax)
	case len(c.Members) > 0 && !slices.Contains(c.Members, c.ID):
		return fmt.Errorf("replica: Config.Members %d lacks this node, %d; leave it empty to join a group", c.Members, c.ID)
	}
	sorted := slices.Sorted(slices.Values(c.Members))
	if len(slices.Compact(sorted)) != len(c.Members) || slices.Contains(c.Members, 0) {
		return fmt.Errorf("replica: Config.Members %d has a duplicate or a 0; give each node a unique number, starting at 1", c.Members)
	}
	return nil
}

// raftConfig returns the configuration of the raft library.
func (c *Config) raftConfig(storage raft.Storage, applied uint64) *raft.Config {
	return &raft.Config{
		ID: c.ID, ElectionTick: c.ElectionTicks, HeartbeatTick: c.HeartbeatTicks, Storage: storage, Applied: applied,
		MaxSizePerMsg: 1 << 20, MaxCommittedSizePerReady: 4 << 20, MaxUncommittedEntriesSize: c.UncommittedBytes,
		MaxInflightMsgs: 256, MaxInflightBytes: 64 << 20,
		PreVote: true, CheckQuorum: true, ReadOnlyOption: raft.ReadOnlySafe, Logger: c.Logger, StepDownOnRemoval: true,
	}
}

// silent discards raft's log messages. It panics where a raft logger must; the node recovers the panic and stops (R6).
type silent struct{}

func (silent) Debug(...any)                   {}
func (silent) Debugf(string, ...any)          {}
func (silent) Error(...any)                   {}
func (silent) Errorf(string, ...any)          {}
func (silent) Info(...any)                    {}
func (silent) Infof(string, ...any)           {}
func (silent) Warning(...any)                 {}
func (silent) Warningf(string, ...any)        {}
func (silent) Fatal(v ...any)                 { panic(fmt.Sprint(v...)) }
func (silent) Fatalf(format string, v ...any) { panic(fmt.Sprintf(format, v...)) }
func (silent) Panic(v ...any)                 { panic(fmt.Sprint(v...)) }
func (silent) Panicf(format string, v ...any) { panic(fmt.Sprintf(format, v...)) }

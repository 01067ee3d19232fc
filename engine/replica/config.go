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
	ID    uint64 // of this node; never 0, and never used again for another store
	Group string // the name of the group: a node of another group is a stranger
	Dir   string // of the Lightning store
	// Engine are the options of the store.
	Engine engine.Options
	// Members are the nodes with which a new group begins, this one among them; each of them begins with the same list. It is empty
	// for a node that joins a group, and is not looked at if the store is there already.
	Members []uint64

	ElectionTicks  int // ticks without a leader until a node stands for election, 10 by default; up to twice as many, at random
	HeartbeatTicks int // ticks between two heartbeats of a leader; 1 by default
	// LogEntries is how many entries stay in the log behind the last that was applied; 10,000 by default. A node that is
	// further behind gets a snapshot.
	LogEntries uint64
	// UncommittedBytes bounds what a leader has proposed and not committed: beyond it, Propose returns ErrBusy; 64 MiB by default.
	UncommittedBytes uint64
	// SessionEntries is for how many entries of the log, at least, a client is remembered after its last command; 1,000,000 by
	// default. It must be the same on all nodes.
	SessionEntries uint64
	// SnapshotChunkBytes is what a chunk of a snapshot has at least, the last one aside; 256 KiB by default.
	SnapshotChunkBytes int
	// Logger gets what raft has to say; nil drops it.
	Logger raft.Logger
}

// groupBytesMax is the longest name of a group.
const groupBytesMax = 256

// snapshotChunkBytesMax leaves room for a last value in a frame of the server.
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
		return errors.New("replica: Config.ID is 0; give each node a number of its own, from 1 on")
	case c.Group == "" || len(c.Group) > groupBytesMax:
		return fmt.Errorf("replica: Config.Group has %d bytes; give the group a name of 1 to %d bytes", len(c.Group), groupBytesMax)
	case c.ElectionTicks <= c.HeartbeatTicks || c.HeartbeatTicks < 0:
		return fmt.Errorf("replica: Config.ElectionTicks is %d and Config.HeartbeatTicks is %d; an election needs more", c.ElectionTicks, c.HeartbeatTicks)
	case c.SnapshotChunkBytes < 0 || c.SnapshotChunkBytes > snapshotChunkBytesMax:
		return fmt.Errorf("replica: Config.SnapshotChunkBytes is %d; choose 1 to %d", c.SnapshotChunkBytes, snapshotChunkBytesMax)
	case len(c.Members) > 0 && !slices.Contains(c.Members, c.ID):
		return fmt.Errorf("replica: Config.Members are %d, without this node, %d; leave them out to join a group", c.Members, c.ID)
	}
	sorted := slices.Sorted(slices.Values(c.Members))
	if len(slices.Compact(sorted)) != len(c.Members) || slices.Contains(c.Members, 0) {
		return fmt.Errorf("replica: Config.Members are %d; each node has a number of its own, from 1 on", c.Members)
	}
	return nil
}

// raftConfig is what raft is told.
func (c *Config) raftConfig(storage raft.Storage, applied uint64) *raft.Config {
	return &raft.Config{
		ID: c.ID, ElectionTick: c.ElectionTicks, HeartbeatTick: c.HeartbeatTicks, Storage: storage, Applied: applied,
		MaxSizePerMsg: 1 << 20, MaxCommittedSizePerReady: 4 << 20, MaxUncommittedEntriesSize: c.UncommittedBytes,
		MaxInflightMsgs: 256, MaxInflightBytes: 64 << 20,
		PreVote: true, CheckQuorum: true, ReadOnlyOption: raft.ReadOnlySafe, Logger: c.Logger, StepDownOnRemoval: true,
	}
}

// silent drops what raft has to say, and panics where raft wants that: the node takes it for a reason to stop.
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

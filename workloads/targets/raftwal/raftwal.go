// Package raftwal adapts hashicorp/raft-wal, a log for raft, to the lab.
//
// Its segments are stored through package vfs below, on the afero.Fs of the environment. The metadata of the segments
// is in a types.MetaStore. By default that is bbolt, which maps its file into memory; here it is the file of meta.go,
// which makes the same promises and has its own tests. So a verdict is about raft-wal's log, not about its use of
// bbolt.
//
// The promises of Target, each with the sentence of raft-wal's documentation that makes it, are in promises.go.
//
// The package is a module of its own. It requires raft-wal v0.2.4, the oldest version available as a module, so the
// go.mod of its user decides which version is tested.
package raftwal

import (
	"errors"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"
	engine "github.com/hashicorp/raft-wal"
	"github.com/hashicorp/raft-wal/segment"

	"github.com/lightningdb/lightning-torture/faultfs/osfs"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/appendlog"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/targets/raftwal/vfs"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// Target returns raft-wal with the promises of its documentation.
func Target() torture.Target {
	return torture.Target{
		Name: "raft-wal", OpenLog: OpenLog, Promises: Promises(),
		LogGlobs: []string{"*.wal"},
		Limits: []torture.Limit{{
			Name: "segment", Text: "bytes of a segment", Min: 1 << 10, Max: 64 << 20, Usual: 16 << 10, Draw: torture.DrawSmall(1<<10, 32<<10),
		}},
		Packages: []string{"github.com/hashicorp/raft-wal/..."},
		Go: torture.GoExpr{
			Import: "github.com/lightningdb/lightning-torture/workloads/targets/raftwal", Expr: "raftwal.Target()",
		},
	}
}

// OpenLog opens the log of an environment.
func OpenLog(env torture.Env) (appendlog.Log, error) {
	size := int64(16 << 10)
	if n, ok := env.Limits["segment"]; ok {
		size = n
	}
	w, err := engine.Open(env.Dir, engine.WithMetaStore(&metaStore{disk: osfs.New(env.FS)}), engine.WithSegmentSize(int(size)),
		engine.WithSegmentFiler(segment.NewFiler(env.Dir, vfs.New(env.FS))), engine.WithLogger(hclog.NewNullLogger()))
	if err != nil {
		return nil, translate(err)
	}
	return log{w}, nil
}

// log presents a raft-wal to workloads. Everything that it acknowledges is durable.
type log struct{ *engine.WAL }

var (
	_ appendlog.FrontTruncater = log{}
	_ appendlog.BackTruncater  = log{}
	_ appendlog.FreeStarter    = log{}
	_ appendlog.Values         = log{}
	_ appendlog.Numbers        = log{}
)

func (l log) First() (uint64, error) { return l.FirstIndex() }
func (l log) Last() (uint64, error)  { return l.LastIndex() }

// StartsAnywhere is true: "though may start at any index in an empty log" (README, Limitations).
func (log) StartsAnywhere() bool { return true }

func (l log) Entry(index uint64) ([]byte, bool, error) {
	var entry raft.Log
	err := l.GetLog(index, &entry)
	if errors.Is(err, raft.ErrLogNotFound) {
		return nil, false, nil
	}
	return entry.Data, err == nil, translate(err)
}

func (l log) Append(entries []appendlog.Entry, _ history.Durability) error {
	logs := make([]*raft.Log, len(entries))
	for i, e := range entries {
		logs[i] = &raft.Log{Index: e.Index, Term: 1, Data: e.Data}
	}
	return translate(l.StoreLogs(logs))
}

func (l log) TruncateFront(keep uint64, _ history.Durability) error {
	if keep == 0 {
		return nil
	}
	return translate(l.DeleteRange(0, keep-1))
}

func (l log) TruncateBack(from uint64, _ history.Durability) error {
	last, err := l.LastIndex()
	if err != nil {
		return err
	}
	return translate(l.DeleteRange(from, last)) // an empty range changes nothing
}

func (l log) Set(key, value []byte, _ history.Durability) error { return l.WAL.Set(key, value) }

func (l log) Get(key []byte) ([]byte, bool, error) {
	value, err := l.WAL.Get(key)
	return value, value != nil, err
}

func (l log) SetNumber(key []byte, n uint64, _ history.Durability) error { return l.SetUint64(key, n) }
func (l log) Number(key []byte) (uint64, error)                          { return l.GetUint64(key) }

// translate marks the errors that drivers handle.
func translate(err error) error {
	switch {
	case errors.Is(err, engine.ErrCorrupt):
		return errors.Join(workloads.ErrCorrupt, err)
	case errors.Is(err, engine.ErrClosed):
		return errors.Join(workloads.ErrRefused, err)
	}
	return err
}

package torture

import (
	"bytes"
	"errors"
	"maps"
	"os"
	"slices"
	"sync"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// cells is a store whose file has a sector for each commit, so a crash may lose any unsynced commit. Recovery reads them up to
// the first that is missing. The mistaken variant stops correctly at a single missing sector, but reads on if there are two. No
// image with one hole shows that bug.
type cells struct {
	mu     sync.Mutex
	env    Env
	file   afero.File
	used   int
	pairs  map[string][]byte
	misled bool
}

const (
	cellBytes = 512
	cellsMost = 256
)

func openCells(env Env, mistaken bool) (workloads.Store, error) {
	c := &cells{env: env, pairs: map[string][]byte{}, misled: mistaken}
	file, err := env.FS.OpenFile(env.Dir+"/cells", os.O_RDWR, 0)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return c, c.rewrite()
	case err != nil:
		return nil, err
	}
	c.file = file
	return c, c.recover()
}

// rewrite writes all pairs to a new file and renames it, so that the named file is always complete.
func (c *cells) rewrite() (err error) {
	if c.file != nil {
		err = c.file.Close()
	}
	name := c.env.Dir + "/cells"
	file, failed := c.env.FS.Create(name + ".new")
	dir, failedDir := c.env.FS.Open(c.env.Dir)
	parent, failedParent := c.env.FS.Open(".")
	if err = errors.Join(err, failed, failedDir, failedParent); err != nil {
		return err
	}
	c.file, c.used = file, 0
	err = file.Truncate(cellsMost * cellBytes)
	for _, key := range slices.Sorted(maps.Keys(c.pairs)) {
		err = errors.Join(err, c.put(history.Write{Key: []byte(key), Value: c.pairs[key]}))
	}
	return errors.Join(err, file.Sync(), c.env.FS.Rename(name+".new", name), dir.Sync(), dir.Close(), parent.Sync(), parent.Close())
}

// put writes the next cell.
func (c *cells) put(w history.Write) error {
	cell := append(append(append([]byte{'p', byte(len(w.Key))}, w.Key...), byte(len(w.Value))), w.Value...)
	if w.Delete {
		cell[0] = 'd'
	}
	_, err := c.file.WriteAt(cell, int64(c.used*cellBytes))
	c.used++
	return err
}

func (c *cells) recover() error {
	all := make([]byte, cellsMost*cellBytes)
	if _, err := c.file.ReadAt(all, 0); err != nil {
		return err
	}
	var there []int
	for i := range cellsMost {
		if all[i*cellBytes] != 0 {
			there = append(there, i)
		}
	}
	holes := 0
	if len(there) > 0 {
		holes = there[len(there)-1] + 1 - len(there)
	}
	for n, i := range there {
		if i != n && !(c.misled && holes > 1) {
			break
		}
		cell := all[i*cellBytes : (i+1)*cellBytes]
		key := cell[2 : 2+cell[1]]
		value := cell[2+len(key)+1:][:cell[2+len(key)]]
		c.set(history.Write{Key: bytes.Clone(key), Value: bytes.Clone(value), Delete: cell[0] == 'd'})
		c.used = i + 1
	}
	clear(all[:c.used*cellBytes]) // cells beyond the end must not come back
	if _, err := c.file.WriteAt(make([]byte, len(all)-c.used*cellBytes), int64(c.used*cellBytes)); err != nil {
		return err
	}
	return c.file.Sync()
}

func (c *cells) set(w history.Write) {
	if delete(c.pairs, string(w.Key)); !w.Delete {
		c.pairs[string(w.Key)] = w.Value
	}
}

func (c *cells) Apply(writes []history.Write, d history.Durability) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, w := range writes {
		if len(w.Key)+len(w.Value) > cellBytes-8 || len(w.Value) > 200 {
			return workloads.ErrTooLarge
		}
		if c.used == cellsMost {
			if err := c.rewrite(); err != nil {
				return err
			}
		}
		if err := c.put(w); err != nil {
			return err
		}
		c.set(history.Write{Key: bytes.Clone(w.Key), Value: bytes.Clone(w.Value), Delete: w.Delete})
	}
	if d == history.Sync {
		return c.file.Sync()
	}
	return nil
}

func (c *cells) Get(key []byte) ([]byte, bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	value, found := c.pairs[string(key)]
	return bytes.Clone(value), found, nil
}

func (c *cells) Scan(from, to []byte, visit func(key, value []byte) bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, key := range slices.Sorted(maps.Keys(c.pairs)) {
		if key >= string(from) && (len(to) == 0 || key < string(to)) && !visit([]byte(key), c.pairs[key]) {
			return nil
		}
	}
	return nil
}

func (c *cells) Close() error { return errors.Join(c.file.Sync(), c.file.Close()) }

func checkCells(t *testing.T, mistaken bool) *Result {
	t.Helper()
	target := Target{
		Name: "cells", Promises: Promises{SyncSurvivesPowerCut: true, LossIsSuffix: true, Linearizable: true},
		Open: func(env Env) (workloads.Store, error) { return openCells(env, mistaken) },
	}
	r, err := Check(t.Context(), target, Options{
		Workloads: []string{"kv"}, Faults: []string{"power"}, Profile: "posix-min", Rounds: 1, Clients: 1, Keys: 140, Ops: 6, CrashPoints: 6,
	})
	require.NoError(t, err)
	return r
}

// Dozens of unsynced sectors have too many combinations to try all of them.
func TestAReadOfManyPendingSectorsIsBoundedNotSampled(t *testing.T) {
	sameRaces(t)
	t.Parallel()
	r := checkCells(t, false)
	assert.Equal(t, checker.Pass, r.Verdict, "%v %+v", r.Reasons, r.Findings)
	assert.Positive(t, r.BoundedPoints)
	assert.Equal(t, r.BoundedPoints, r.TwoHolesPoints)
	assert.Zero(t, r.SampledPoints)
	assert.Equal(t, r.CrashPoints, r.ExhaustivePoints+r.BoundedPoints)
}

func TestABugThatNeedsTwoHolesIsFound(t *testing.T) {
	sameRaces(t)
	t.Parallel()
	r := checkCells(t, true)
	assert.Equal(t, checker.Fail, r.Verdict, "%v", r.Reasons)
}

package raftwal

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"sync"

	"github.com/hashicorp/raft-wal/types"

	"github.com/lightningdb/lightning-torture/faultfs/osfs"
)

// metaStore is a types.MetaStore in one file. Every change replaces the file: the new one is written, synced and
// renamed, and then the directory is synced.
type metaStore struct {
	disk *osfs.FS

	mu  sync.Mutex
	dir string // set by Load
	now meta
}

// meta is the content of the file.
type meta struct {
	State  types.PersistentState
	Stable map[string][]byte
}

const (
	metaName    = "meta.json"
	newMetaName = "meta.new"
)

// errNotLoaded is returned for a call before Load.
var errNotLoaded = errors.New("raftwal: the meta store is not loaded")

func (s *metaStore) Load(dir string) (types.PersistentState, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dir, s.now = dir, meta{}
	text, err := s.disk.ReadFile(path.Join(dir, metaName))
	if errors.Is(err, fs.ErrNotExist) {
		return s.now.State, s.write(s.now)
	}
	if err != nil {
		return s.now.State, err
	}
	if err := json.Unmarshal(text, &s.now); err != nil {
		return s.now.State, fmt.Errorf("%w: %s: %w", types.ErrCorrupt, metaName, err)
	}
	return s.now.State, nil
}

func (s *metaStore) CommitState(state types.PersistentState) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.write(meta{State: state, Stable: s.now.Stable})
}

func (s *metaStore) GetStable(key []byte) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dir == "" {
		return nil, errNotLoaded
	}
	return s.now.Stable[string(key)], nil
}

func (s *metaStore) SetStable(key, value []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	stable := map[string][]byte{}
	maps.Copy(stable, s.now.Stable)
	stable[string(key)] = append([]byte{}, value...)
	return s.write(meta{State: s.now.State, Stable: stable})
}

// write replaces the file. The state in memory changes only if every step succeeded.
func (s *metaStore) write(next meta) error {
	if s.dir == "" {
		return errNotLoaded
	}
	text, err := json.Marshal(next)
	if err != nil {
		return err
	}
	name := path.Join(s.dir, newMetaName)
	f, err := s.disk.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := s.disk.Rename(name, path.Join(s.dir, metaName)); err != nil {
		return err
	}
	if err := s.disk.SyncDir(s.dir); err != nil {
		return err
	}
	s.now = next
	return nil
}

func (s *metaStore) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dir = ""
	return nil
}

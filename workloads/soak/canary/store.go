package canary

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"slices"
	"sync"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// target returns the store; fixed removes the planted bug.
func target(fixed bool) torture.Target {
	return torture.Target{
		Name:     "canary",
		Promises: torture.Promises{SyncSurvivesPowerCut: true, LossIsSuffix: true, Linearizable: true},
		LogGlobs: []string{"log"},
		Open:     func(env torture.Env) (workloads.Store, error) { return openStore(env, fixed) },
	}
}

// store is a map with a log that has one JSON line per write.
type store struct {
	mu struct {
		sync.Mutex
		pairs map[string][]byte
	}
	log   afero.File
	fixed bool
}

// record is a line of the log. Value is nil for a deletion.
type record struct {
	Key   []byte
	Value *[]byte
}

func openStore(env torture.Env, fixed bool) (workloads.Store, error) {
	s := &store{fixed: fixed}
	s.mu.pairs = map[string][]byte{}
	var err error
	if s.log, err = env.FS.OpenFile(env.Dir+"/log", os.O_RDWR|os.O_CREATE, 0o644); err != nil {
		return nil, err
	}
	if err := errors.Join(s.replay(), syncDir(env.FS, env.Dir)); err != nil {
		return nil, errors.Join(err, s.log.Close())
	}
	return workloads.Plain{Get: s.get, Put: s.put, Delete: s.remove, Pairs: s.visit, Close: s.log.Close}.Store(), nil
}

// replay reads the log and truncates a torn tail.
func (s *store) replay() error {
	lines, end := bufio.NewReader(s.log), int64(0)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		var r record
		if err != nil || bytes.IndexByte(line, 0) >= 0 || json.Unmarshal(line, &r) != nil {
			break
		}
		s.set(r)
		end += int64(len(line))
	}
	if err := s.log.Truncate(end); err != nil {
		return err
	}
	if _, err := s.log.Seek(end, io.SeekStart); err != nil {
		return err
	}
	return s.log.Sync()
}

func (s *store) set(r record) {
	if r.Value == nil {
		delete(s.mu.pairs, string(r.Key))
		return
	}
	s.mu.pairs[string(r.Key)] = *r.Value
}

// write appends a record. The planted bug: it does not sync the log.
func (s *store) write(r record) error {
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.log.Write(append(line, '\n')); err != nil {
		return err
	}
	if s.fixed {
		if err := s.log.Sync(); err != nil {
			return err
		}
	}
	s.set(r)
	return nil
}

func (s *store) put(key, value []byte) error {
	key, value = bytes.Clone(key), append([]byte{}, value...)
	return s.write(record{key, &value})
}

func (s *store) remove(key []byte) error { return s.write(record{Key: bytes.Clone(key)}) }

func (s *store) get(key []byte) ([]byte, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	value, ok := s.mu.pairs[string(key)]
	return bytes.Clone(value), ok, nil
}

func (s *store) visit(visit func(key, value []byte)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, key := range slices.Sorted(maps.Keys(s.mu.pairs)) {
		visit([]byte(key), s.mu.pairs[key])
	}
	return nil
}

func syncDir(fsys afero.Fs, dir string) error {
	d, err := fsys.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

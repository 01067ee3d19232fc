package torture_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// pages is a store with a file per key. A put writes a new file and renames it over the old one. It syncs the file but not the
// directory.
type pages struct {
	fs  afero.Fs
	dir string
}

func (p *pages) path(key []byte) string { return filepath.Join(p.dir, fmt.Sprintf("k%x", key)) }

func (p *pages) Get(key []byte) ([]byte, bool, error) {
	value, err := afero.ReadFile(p.fs, p.path(key))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	}
	return value, err == nil, err
}

func (p *pages) Put(key, value []byte) error {
	file, err := p.fs.Create(filepath.Join(p.dir, "new"))
	if err != nil {
		return err
	}
	_, err = file.Write(value)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	return p.fs.Rename(file.Name(), p.path(key))
}

func (p *pages) Delete(key []byte) error { return p.fs.RemoveAll(p.path(key)) }

func (p *pages) Pairs(visit func(key, value []byte)) error {
	files, err := afero.ReadDir(p.fs, p.dir)
	for _, file := range files {
		var key []byte
		if file.Name() == "new" {
			continue // a put that a crash interrupted
		} else if _, scanErr := fmt.Sscanf(file.Name(), "k%x", &key); scanErr != nil {
			return scanErr
		}
		value, readErr := afero.ReadFile(p.fs, filepath.Join(p.dir, file.Name()))
		if readErr != nil {
			return readErr
		}
		visit(key, value)
	}
	return err
}

func (p *pages) Close() error { return nil }

// The lab needs to know how to open a store and what the store promises.
func ExampleCheck() {
	target := torture.Target{
		Name:     "pages",
		Promises: torture.Promises{SyncSurvivesPowerCut: true},
		Open: func(env torture.Env) (workloads.Store, error) {
			p := &pages{env.FS, env.Dir}
			return workloads.Plain{Get: p.Get, Put: p.Put, Delete: p.Delete, Pairs: p.Pairs, Close: p.Close}.Store(), nil
		},
	}
	result, err := torture.Check(context.Background(), target, torture.Options{
		Workloads: []string{"kv"}, Faults: []string{"power"}, Rounds: 1, StopAfter: 1, Seed: 1, Clients: 1, Ops: 3, Keys: 1,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(result.Verdict)
	fmt.Println(result.Findings[0].Explanation.Sentence)
	// Output:
	// fail
	// commit #1 was acknowledged before the rename of db/new -> db/k7e616674657231 (`torture/example_test.go:42`) was durable, with no intervening sync of its directory
}

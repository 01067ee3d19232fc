package blockfs

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"net/rpc"
	"os"
	"slices"

	"github.com/hanwen/go-fuse/v2/fuse"

	"github.com/lightningdb/lightning-torture/faultfs/blockdev/blocklog"
	"github.com/lightningdb/lightning-torture/faultfs/rule"
)

// serveWord is the first argument of a process that is to become the server.
const serveWord = "__serve-disks"

// ServeIfAsked does nothing unless Start started this process. If so, the process becomes the server, and exits when
// that ends. Call it first in main.
func ServeIfAsked() {
	if len(os.Args) != 3 || os.Args[1] != serveWord {
		return
	}
	if err := serve(os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// serve serves the filesystem that the client has mounted, and answers the client on stdin and stdout until it goes away.
func serve(text string) error {
	var o Options
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return fmt.Errorf("blockfs: options: %w", err)
	}
	f := newFilesystem(o.DiskBytes, o.Slow)
	server, err := fuse.NewServer(f, fmt.Sprintf("/dev/fd/%d", fuseFD), &fuse.MountOptions{
		DisableXAttrs: true, DisableReadDirPlus: true, MaxWrite: maxWrite,
	})
	if err != nil {
		return fmt.Errorf("blockfs: serve: %w", err)
	}
	go server.Serve()
	service := rpc.NewServer()
	if err := service.RegisterName("Disks", &Service{f, maphash.MakeSeed()}); err != nil {
		return fmt.Errorf("blockfs: %w", err)
	}
	service.ServeConn(stdio{os.Stdin, os.Stdout})
	return nil // the client unmounts, because it knows whether a disk is still in use
}

type stdio struct {
	io.Reader
	io.Writer
}

func (stdio) Close() error { return errors.Join(os.Stdin.Close(), os.Stdout.Close()) }

// Service is the server side of Client. It is exported because net/rpc requires it.
type Service struct {
	fs   *filesystem
	seed maphash.Seed
}

var errNoDisk = errors.New("blockfs: no such disk")

// Fork serves a new disk: a copy of another one, or garbage if From is empty.
func (s *Service) Fork(a ForkArgs, _ *struct{}) error {
	if a.From == "" {
		s.fs.add(a.To, &disk{data: blocklog.NewDisk(nil)})
		return nil
	}
	return s.with(a.From, func(d *disk) { s.fs.add(a.To, &disk{data: d.data.Fork()}) })
}

// Cut serves a new disk, in a state in which a power cut may leave a recorded one.
func (s *Service) Cut(a CutArgs, hash *uint64) error {
	return s.with(a.From, func(d *disk) {
		data := d.log.Disk(d.before, a.State)
		*hash = data.Hash(s.seed)
		s.fs.add(a.To, &disk{data: data})
	})
}

// Save writes a disk to a new file.
func (s *Service) Save(a SaveArgs, _ *struct{}) error {
	var saved error
	err := s.with(a.Disk, func(d *disk) {
		file, err := os.Create(a.File)
		if err != nil {
			saved = err
			return
		}
		saved = errors.Join(d.data.Save(file), file.Truncate(s.fs.bytes), file.Close())
	})
	return errors.Join(err, saved)
}

// Remove discards a disk.
func (s *Service) Remove(name string, _ *struct{}) error {
	s.fs.remove(name)
	return nil
}

// with calls a function with a disk, holding its mutex.
func (s *Service) with(name string, f func(d *disk)) error {
	_, d := s.fs.named(name)
	if d == nil {
		return errNoDisk
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	f(d)
	return nil
}

// Record starts the log of a disk.
func (s *Service) Record(name string, _ *struct{}) error {
	return s.with(name, func(d *disk) {
		d.before, d.log = d.data.Fork(), nil
		d.flushes.Store(int64(d.slow.Flushes))
	})
}

// Content returns the content of a disk before its first recorded request, and the log.
func (s *Service) Content(name string, c *Content) error {
	return s.with(name, func(d *disk) { *c = Content{d.before.Pages(), slices.Clone(d.log)} })
}

// Load serves a new disk that has the given content and log. The requests of the log are not applied.
func (s *Service) Load(a LoadArgs, _ *struct{}) error {
	before := blocklog.NewDiskOf(a.Content.Before)
	s.fs.add(a.To, &disk{data: before.Fork(), before: before, log: a.Content.Log})
	return nil
}

// Adopt gives a disk a log that begins with its present content.
func (s *Service) Adopt(a AdoptArgs, _ *struct{}) error {
	return s.with(a.Disk, func(d *disk) { d.before, d.log = d.data.Fork(), a.Log })
}

// Position returns the number of requests in the log.
func (s *Service) Position(name string, n *int) error {
	return s.with(name, func(d *disk) { *n = len(d.log) })
}

// Log returns the log of a disk.
func (s *Service) Log(name string, log *blocklog.Log) error {
	return s.with(name, func(d *disk) { *log = slices.Clone(d.log) })
}

// Fail makes writes to a disk fail.
func (s *Service) Fail(a FailArgs, _ *struct{}) error {
	return s.with(a.Disk, func(d *disk) { d.fail, d.failed = a.Writes, 0 })
}

// Failed returns the number of writes that have failed since Fail.
func (s *Service) Failed(name string, n *int) error {
	return s.with(name, func(d *disk) { *n = d.failed })
}

// SetRules makes the requests that one of the rules hits fail.
func (s *Service) SetRules(a RulesArgs, _ *struct{}) error {
	var rules []*rule.Rule
	for _, text := range a.Rules {
		r, err := rule.ParseRule(text)
		if err != nil {
			return err
		}
		rules = append(rules, r)
	}
	return s.with(a.Disk, func(d *disk) { d.rules = rules })
}

// Missed returns the rules that have hit nothing.
func (s *Service) Missed(name string, missed *[]string) error {
	return s.with(name, func(d *disk) {
		for _, r := range d.rules {
			if r.Hits() == 0 {
				*missed = append(*missed, r.String())
			}
		}
	})
}

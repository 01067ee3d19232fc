// Store is a small store as anybody would write it, on package os: a log, a snapshot that replaces it by a rename, two
// writers, and a rotation that runs concurrently with them. BUG in the environment plants a mistake:
//
//	race     put releases the lock between its write and its sync, and then syncs whatever is the log by then
//	newlog   a new log is used before the directory that names it is synced
//	panic    recovery panics at a damaged line
//	endless  recovery reads a damaged line forever
//	compact  recovery replaces all files by a snapshot that it does not sync
//
// With WRITERS=1 there is one writer, so that the store does one thing after the other.
//
//	store work DIR [N]     has each writer put N keys, or 4, and appends each to DIR/.torture/ack when it is durable
//	store check DIR ACKS   recovers, and looks for every key that was acknowledged
//	store dump DIR         recovers, and prints the keys
package main

import (
	"bufio"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
)

var bug = os.Getenv("BUG")

type store struct {
	mu   sync.Mutex
	dir  string
	gen  int
	log  *os.File
	acks *os.File
	keys map[string]bool
}

func must(err error) {
	if err != nil {
		fmt.Println("the store fails:", err)
		os.Exit(1)
	}
}

func main() {
	s := open(os.Args[2])
	switch os.Args[1] {
	case "work":
		s.work()
	case "check":
		s.check(os.Args[3])
	case "dump":
		for _, key := range slices.Sorted(maps.Keys(s.keys)) {
			fmt.Println(key)
		}
	}
}

func (s *store) work() {
	must(os.MkdirAll(filepath.Join(s.dir, ".torture"), 0o755))
	acks, err := os.OpenFile(filepath.Join(s.dir, ".torture", "ack"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	must(err)
	s.acks = acks
	s.newLog()
	writers := 2
	if os.Getenv("WRITERS") == "1" {
		writers = 1
	}
	puts := 4
	if len(os.Args) > 3 {
		puts, err = strconv.Atoi(os.Args[3])
		must(err)
	}
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range puts {
				s.put(fmt.Sprintf("w%d-%d", w, i))
				if w == 0 && i%2 == 1 {
					s.rotate()
				}
			}
		})
	}
	wg.Wait()
}

func (s *store) check(acks string) {
	text, err := os.ReadFile(acks)
	must(err)
	for _, key := range strings.Fields(string(text)) {
		if !s.keys[key] {
			fmt.Printf("%s was acknowledged and is missing\n", key)
			os.Exit(1)
		}
	}
}

// open recovers a store: the newest snapshot and all logs.
func open(dir string) *store {
	s := &store{dir: dir, keys: map[string]bool{}}
	entries, err := os.ReadDir(dir)
	must(err)
	s.load("snapshot")
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "log-") {
			s.load(e.Name())
			_, _ = fmt.Sscanf(e.Name(), "log-%d", &s.gen)
		}
	}
	s.gen++
	if bug == "compact" || bug == "compact-right" {
		s.compact(entries)
	}
	return s
}

// compact replaces all files by a snapshot.
func (s *store) compact(old []fs.DirEntry) {
	s.writeSnapshot(s.keys, bug == "compact-right")
	for _, e := range old {
		if strings.HasPrefix(e.Name(), "log-") {
			must(os.Remove(filepath.Join(s.dir, e.Name())))
		}
	}
}

// load adds the keys of a file up to the first damaged line.
func (s *store) load(name string) {
	f, err := os.Open(filepath.Join(s.dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	must(err)
	defer f.Close()
	for in := bufio.NewScanner(f); in.Scan(); {
		_, key, ok := strings.Cut(in.Text(), " ")
		if !ok || line(key) != in.Text()+"\n" {
			damaged()
			return
		}
		s.keys[key] = true
	}
}

func damaged() {
	if bug == "panic" {
		panic("a damaged line")
	}
	for n := 0; bug == "endless"; n++ {
		_ = line(fmt.Sprint(n))
	}
}

func line(key string) string { return fmt.Sprintf("%08x %s\n", crc32.ChecksumIEEE([]byte(key)), key) }

func (s *store) logName() string { return filepath.Join(s.dir, fmt.Sprintf("log-%03d", s.gen)) }

func (s *store) newLog() {
	f, err := os.OpenFile(s.logName(), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	must(err)
	s.log = f
	if bug != "newlog" {
		s.syncDir()
	}
}

func (s *store) syncDir() {
	d, err := os.Open(s.dir)
	must(err)
	must(d.Sync())
	must(d.Close())
}

func (s *store) put(key string) {
	s.mu.Lock()
	_, err := s.log.WriteString(line(key))
	must(err)
	s.keys[key] = true
	if bug == "race" {
		s.mu.Unlock()
		s.mu.Lock()
	}
	must(s.log.Sync())
	s.mu.Unlock()
	_, err = s.acks.WriteString(key + "\n")
	must(err)
}

// rotate writes a snapshot of all keys and removes the log that it replaces, while others put into the next log.
func (s *store) rotate() {
	s.mu.Lock()
	old, oldName := s.log, s.logName()
	keys := maps.Clone(s.keys)
	s.gen++
	s.newLog()
	s.mu.Unlock()
	must(old.Close())
	s.writeSnapshot(keys, true)
	must(os.Remove(oldName))
}

func (s *store) writeSnapshot(keys map[string]bool, sync bool) {
	var all strings.Builder
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		all.WriteString(line(key))
	}
	temporary := filepath.Join(s.dir, "snapshot.tmp")
	f, err := os.Create(temporary)
	must(err)
	_, err = f.WriteString(all.String())
	must(err)
	if sync {
		must(f.Sync())
	}
	must(f.Close())
	must(os.Rename(temporary, filepath.Join(s.dir, "snapshot")))
	s.syncDir()
}

package worst

import (
	"slices"
	"strings"
	"sync"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/appendlog"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

// The kinds of steps.
const (
	Read     = "read"
	Replay   = "replay" // the reading of a log
	Write    = "write"
	Sync     = "sync"
	Create   = "create"
	Rename   = "rename"
	Link     = "link"
	Truncate = "truncate"
	Remove   = "remove"
	List     = "list"
)

// kinds are the calls that count as steps. Opening, closing and reading sizes do not.
var kinds = map[faultfs.OpKind]string{
	faultfs.OpRead: Read, faultfs.OpWrite: Write, faultfs.OpSync: Sync, faultfs.OpCreate: Create, faultfs.OpRename: Rename, faultfs.OpLink: Link,
	faultfs.OpTruncate: Truncate, faultfs.OpRemove: Remove, faultfs.OpList: List,
}

// Step is one call of the disk, or several of the same kind in a row on the same file.
type Step struct {
	Kind  string `json:"kind"`
	Path  string `json:"path"`            // relative to the store's directory
	To    string `json:"to,omitempty"`    // target of a rename or link
	Calls int    `json:"calls"`           // number of calls in a row
	Bytes int    `json:"bytes,omitempty"` // read or written
}

// steps collects the calls of a disk until the store is open. The disk may be used by several goroutines.
type steps struct {
	target *contract.Target

	mu struct {
		sync.Mutex
		all   []Step
		calls int
		open  bool
	}
}

// watch makes s collect the calls of a crash image that has not been used yet.
func (s *steps) watch(img *faultfs.FS) {
	img.Watch(s.call)
	img.WatchReads(s.read)
}

// noted returns a copy of the target whose Open notes when the store is open.
func (s *steps) noted(target contract.Target) contract.Target {
	if open := target.Open; open != nil {
		target.Open = func(env contract.Env) (workloads.Store, error) {
			store, err := open(env)
			s.opened()
			return store, err
		}
	}
	if open := target.OpenLog; open != nil {
		target.OpenLog = func(env contract.Env) (appendlog.Log, error) {
			log, err := open(env)
			s.opened()
			return log, err
		}
	}
	return target
}

func (s *steps) opened() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mu.open = true
}

// call is passed to faultfs.FS.Watch.
func (s *steps) call(kind faultfs.OpKind, path, to string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mu.open {
		return
	}
	s.mu.calls++
	name, is := kinds[kind]
	if !is {
		return
	}
	if name == Read && s.isLog(path) {
		name = Replay
	}
	if last := s.last(); last != nil && last.Kind == name && last.Path == path && to == "" {
		last.Calls++
		return
	}
	s.mu.all = append(s.mu.all, Step{Kind: name, Path: path, To: to, Calls: 1})
}

// read is passed to faultfs.FS.WatchReads.
func (s *steps) read(_ string, bytes int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if last := s.last(); !s.mu.open && last != nil && (last.Kind == Read || last.Kind == Replay) {
		last.Bytes += bytes
	}
}

func (s *steps) last() *Step {
	if len(s.mu.all) == 0 {
		return nil
	}
	return &s.mu.all[len(s.mu.all)-1]
}

// isLog reports whether a file is one of the target's logs; false if the target does not name its logs.
func (s *steps) isLog(path string) bool {
	return contract.Matches(s.target.LogGlobs, path) || contract.Matches(s.target.ProvenLogGlobs, path)
}

// taken returns the steps, with the sizes of what was written, and the number of all calls.
func (s *steps) taken(trace []faultfs.Op) (all []Step, calls int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all = slices.Concat([]Step{}, s.mu.all)
	written := map[string][]int{}
	for i := range trace {
		if op := &trace[i]; op.Kind == faultfs.OpWrite {
			written[op.Path] = append(written[op.Path], len(op.Data))
		}
	}
	for i := range all {
		step := &all[i]
		if step.Kind == Write {
			sizes := written[step.Path]
			n := min(step.Calls, len(sizes))
			for _, size := range sizes[:n] {
				step.Bytes += size
			}
			written[step.Path] = sizes[n:]
		}
		step.Path, step.To = inStore(step.Path), inStore(step.To)
	}
	return all, s.mu.calls
}

// inStore makes a path relative to the store's directory.
func inStore(path string) string { return strings.TrimPrefix(path, record.StoreDir+"/") }

package record

import (
	"bytes"
	"slices"
	"sync"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
)

// appends finds the end of the latest write to a log. It looks at each operation once, because a step that fills a log
// asks after every commit, and the files of some stores match no pattern of a log.
type appends struct {
	fs     *faultfs.FS
	target *contract.Target

	mu     sync.Mutex
	seen   int // operations of the trace
	latest int64
}

// end returns the end of the latest write that was not one of zeros, which engines write ahead to preallocate a log.
func (a *appends) end() int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	trace := a.fs.Trace()
	for _, op := range trace[a.seen:] {
		if op.Kind == faultfs.OpWrite && isLog(a.target, op.Path) && len(bytes.Trim(op.Data, "\x00")) > 0 {
			a.latest = op.Off + int64(len(op.Data))
		}
	}
	a.seen = len(trace)
	return a.latest
}

// isLog reports whether a file is a log of the target. If the target names no logs, any file may be one.
func isLog(target *contract.Target, file string) bool {
	globs := slices.Concat(target.LogGlobs, target.ProvenLogGlobs)
	return len(globs) == 0 || contract.Matches(globs, file)
}

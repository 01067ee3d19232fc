package repair

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/lightningdb/lightning-torture/engine/internal/batch"
	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/filename"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/manifest"
	"github.com/lightningdb/lightning-torture/engine/internal/memtable"
	"github.com/lightningdb/lightning-torture/engine/internal/view"
	"github.com/lightningdb/lightning-torture/engine/internal/wal"
)

// The texts of warnings, the most far-reaching first.
const (
	warnManifest = "the manifest is unreadable: every table and log in the directory was used, including obsolete ones;" +
		" deleted keys and older values may be back"
	warnTable = "parts of tables are lost: keys in the named ranges may be missing, have an older value, or be back" +
		" although they were deleted"
	warnRanges = "range deletes are lost with parts of tables: keys that they deleted may be back"
	warnBlob   = "values in blob files are lost: the named keys may be missing or have an older value"
	warnLog    = "commits are lost from the middle of the store's history: later ones are kept, although they may build on the lost ones"
	warnEnd    = "the end of a log is lost: if it was durable, the last commits are missing"
	warnClosed = "the end of a closed log is lost: the last commits are missing"
)

func (r *repairer) warn(text string) {
	if !slices.Contains(r.report.Warnings, text) {
		r.report.Warnings = append(r.report.Warnings, text)
	}
}

func (r *repairer) lose(l Loss) { r.report.Lost = append(r.report.Lost, l) }

// readManifest reads the manifest that the newest valid marker names. If no marker is valid, it reads the newest
// readable manifest whose files all exist. Its list of tables and logs is used if the manifest is whole. A read that
// fails is an error, because the file may be intact.
func (r *repairer) readManifest() error {
	candidates := slices.Clone(r.files.Manifests)
	slices.Reverse(candidates)
	marked := false
	for _, m := range r.files.Markers {
		content, err := r.store.Dir.ReadFile(m.Name(), manifest.MarkerBytesMax)
		switch {
		case err == nil && string(content) == string(m.Content()):
			candidates, marked = []uint64{m.Manifest}, true
		case errors.Is(err, corrupt.Err):
			r.lose(Loss{File: m.Name(), Bytes: -1, Cause: err.Error()})
		case err != nil:
			return err
		default:
			r.lose(Loss{File: m.Name(), Bytes: int64(len(content)), Cause: "invalid marker content"})
		}
		if marked {
			break
		}
	}
	for _, num := range candidates {
		switch ok, err := r.tryManifest(num, marked); {
		case err != nil:
			return err
		case ok:
			r.whole = true
			return nil
		}
	}
	r.warn(warnManifest)
	return nil
}

func (r *repairer) tryManifest(num uint64, marked bool) (bool, error) {
	name := manifest.FileName(num)
	content, err := r.store.Dir.ReadFile(name, manifest.FileBytesMax)
	if err != nil && !errors.Is(err, corrupt.Err) && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	var state manifest.State
	var mentioned map[uint64]bool
	if err == nil {
		state, mentioned, err = manifest.Load(content, name, num)
	}
	if err == nil {
		err = state.Check()
	}
	if err != nil {
		r.lose(Loss{File: name, Bytes: int64(len(content)), Cause: err.Error()})
		return false, nil //nolint:nilerr // the damage is in the report
	}
	if !marked && !r.files.Have(&state) {
		return false, nil
	}
	if cause, err := r.outdated(&state, mentioned); cause != "" || err != nil {
		r.lose(Loss{File: name, Offset: int64(len(content)), Bytes: -1, Cause: "the last edits may be missing: " + cause})
		return false, err
	}
	r.state, r.last = state, state.LastSeq
	return true, nil
}

// readLogs returns an iterator for each log that has entries, newest first.
func (r *repairer) readLogs() ([]key.Iterator, error) {
	var all []key.Iterator
	last := r.state.LastSeq
	for _, l := range r.files.MissingLogs(&r.state) {
		r.warn(warnClosed)
		r.lose(Loss{File: filename.Log(l.Num), Bytes: int64(l.Bytes), Cause: "missing, although it was closed"})
	}
	for _, num := range r.files.Logs {
		if r.whole && num < r.state.LogFloor {
			continue
		}
		content, err := r.store.Dir.ReadFile(filename.Log(num), wal.LogBytesMax)
		if errors.Is(err, corrupt.Err) {
			r.warn(warnLog)
			r.lose(Loss{File: filename.Log(num), Bytes: -1, Cause: err.Error()})
			continue
		}
		if err != nil {
			return nil, err
		}
		if it := r.salvageLog(num, content, &last); it != nil {
			r.report.Logs++
			all = append(all, it)
		}
	}
	slices.Reverse(all)
	return all, nil
}

// salvageLog reads the commits of a log, each whole or not at all, and reports those missing after *last.
func (r *repairer) salvageLog(num uint64, content []byte, last *key.Seq) key.Iterator {
	name, commits, newest := filename.Log(num), []key.Seq(nil), key.Seq(0)
	end := r.state.LogEnd(num)
	if end > 0 { // nothing beyond it was ever a commit
		content = content[:min(end, int64(len(content)))]
	}
	m := &view.Mem{Table: memtable.New(2*len(content) + 1)}
	in := m.Table.Inserter()
	gaps := wal.Salvage(content, num, func(off int64, record []byte) {
		b, ok := checkBatch(record)
		switch {
		case !ok || b.Seq <= newest || b.Seq > manifest.SeqMax:
			r.warn(warnLog)
			r.lose(Loss{File: name, Offset: off, Bytes: int64(len(record)), Cause: "the record is not a commit, or not one that belongs here"})
			return
		case r.whole && b.Seq <= *last:
			r.warn(warnLog)
			r.lose(Loss{File: name, Offset: off, Bytes: int64(len(record)), Cause: fmt.Sprintf(
				"a commit with writes from %d on, but writes up to %d are in tables or earlier logs", b.Seq, *last)})
			return
		}
		if r.whole && b.Seq > *last+1 {
			r.warn(warnLog)
			r.lose(Loss{File: name, Offset: off, Bytes: -1, Cause: fmt.Sprintf("writes %d to %d are missing before this place",
				*last+1, b.Seq-1)})
		}
		if end, err := m.Insert(slices.Clone(record), &in, name); err == nil {
			*last, r.last, newest, commits = max(*last, end), max(r.last, end), end, append(commits, b.Seq)
		}
	})
	for _, g := range withEnd(gaps, int64(len(content)), end) {
		cause := "unreadable as records"
		if g.Tail && end > 0 {
			cause += fmt.Sprintf("; the log was closed at %d", end)
			r.warn(warnClosed)
		} else if g.Tail {
			cause += "; nothing readable follows: damage, or an unfinished commit"
			r.warn(warnEnd)
		} else {
			r.warn(warnLog)
		}
		r.lose(Loss{File: name, Offset: g.From, Bytes: g.To - g.From, Cause: cause})
	}
	if commits == nil {
		return nil
	}
	r.ranges = append(r.ranges, m.Ranges.At(key.MaxSeq))
	return r.readable(m.Table.NewIterator(), name, commits)
}

// withEnd adds to the gaps of a log the part missing between its actual length and the end at which it was closed.
func withEnd(gaps []wal.Gap, have, end int64) []wal.Gap {
	if have >= end {
		return gaps
	}
	missing := wal.Gap{From: have, To: end, Tail: true}
	if n := len(gaps); n > 0 && gaps[n-1].To == have {
		missing.From, gaps = gaps[n-1].From, gaps[:n-1]
	}
	return append(gaps, missing)
}

// checkBatch decodes a whole record, so that inserting it cannot fail half way.
func checkBatch(record []byte) (batch.Reader, bool) {
	b, ok := batch.Read(record)
	for r := b; ok && r.Left > 0; {
		if _, ok = r.Next(); ok && r.Left == 0 {
			ok = len(r.Rest) == 0
		}
	}
	return b, ok
}

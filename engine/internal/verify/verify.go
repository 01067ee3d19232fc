package verify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/lightningdb/lightning-torture/engine/internal/batch"
	"github.com/lightningdb/lightning-torture/engine/internal/cancel"
	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/durable"
	"github.com/lightningdb/lightning-torture/engine/internal/filename"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/manifest"
	"github.com/lightningdb/lightning-torture/engine/internal/view"
	"github.com/lightningdb/lightning-torture/engine/internal/wal"
)

// Store is a store whose live files do not change while it is verified.
type Store struct {
	Dir   *durable.Dir
	Files *view.Opener
	Blobs *view.Blobs
	View  *view.View // held by the caller

	BlobFiles []*view.BlobFile // files that the view holds; others may be removed at any time
	Marker    manifest.Marker
	State     manifest.State // what the manifest says
	Logs      []uint64       // ascending
	Newest    key.Seq        // the newest commit of all
	Hand      func() error   // hands gathered log data to the operating system

	Expected  map[string]bool // names that must exist
	Allowed   map[string]bool // names that may exist, because a reader needs the file or it is being removed
	Leftovers []string        // files left by a crash, which the next Open removes
	EmptyLog  string          // a log that may still be empty

	ctx context.Context // set by Check
}

// Check reads everything and returns all damage that it finds, joined into one error. When ctx or the context of the
// filesystem is done, it ends with an error that says only that (cancel.Is).
func (s *Store) Check(ctx context.Context) error {
	s.ctx, s.Dir = ctx, s.Dir.WithContext(ctx)
	err := errors.Join(s.tables(), s.manifest(), s.logs(), s.names(), s.blobs())
	if stopped := cancel.In(err); stopped != nil {
		return stopped
	}
	return err
}

// tables checks each table and the order of tables in their levels.
func (s *Store) tables() error {
	var errs []error
	for l, level := range s.View.Version.Levels {
		for i, t := range level {
			if l > 0 && i > 0 && bytes.Compare(level[i-1].Largest, t.Smallest) >= 0 {
				errs = append(errs, corrupt.At(filename.Table(t.Num), 0, "level %d: overlaps table %d", l, level[i-1].Num))
			}
			errs = append(errs, t.Reader.VerifyUntil(s.ctx))
			if l == 0 && i > 0 && level[i-1].MinSeq <= t.MaxSeq {
				errs = append(errs, corrupt.At(filename.Table(t.Num), 0, "level 0: not older than table %d", t.Num))
			}
			errs = append(errs, s.name(t))
		}
	}
	return errors.Join(errs...)
}

// name opens a live table by name, because the open file may have lost its name.
func (s *Store) name(t *view.Table) error {
	if err := cancel.Err(s.ctx); err != nil {
		return err
	}
	again, err := s.Files.Table(t.Table)
	if err != nil {
		return err
	}
	info, err := again.File.Stat()
	if err == nil && uint64(info.Size()) != t.Bytes {
		err = corrupt.At(filename.Table(t.Num), int64(t.Bytes), "file of %d bytes, but the manifest says %d", info.Size(), t.Bytes)
	}
	return errors.Join(err, again.File.Close())
}

// manifest compares the manifest on disk with the state in use.
func (s *Store) manifest() error {
	m := s.Marker
	marker, err := s.Dir.ReadFile(m.Name(), manifest.MarkerBytesMax)
	if err != nil {
		return corrupt.Missing(m.Name(), err)
	}
	if !bytes.Equal(marker, m.Content()) {
		return corrupt.At(m.Name(), 0, "invalid marker content")
	}
	name := manifest.FileName(m.Manifest)
	content, err := s.Dir.ReadFile(name, manifest.FileBytesMax)
	if err != nil {
		return corrupt.Missing(name, err)
	}
	state, _, err := manifest.Load(content, name, m.Manifest)
	if err != nil {
		return err
	}
	for l, level := range s.View.Version.Levels {
		is := func(t *view.Table, m manifest.Table) bool { return t.Num == m.Num }
		if !slices.EqualFunc(level, state.Levels[l], is) {
			return corrupt.At(name, int64(len(content)), "level %d does not list the tables in use", l)
		}
	}
	if !slices.Equal(state.LogEnds, s.State.LogEnds) {
		return corrupt.At(name, int64(len(content)), "lists the log ends %v, but %v are in use", state.LogEnds, s.State.LogEnds)
	}
	return state.Check()
}

// logs reads the logs as the next Open would.
func (s *Store) logs() error {
	if err := s.Hand(); err != nil {
		return err
	}
	last := s.State.LastSeq
	for _, num := range s.Logs {
		content, err := s.Dir.ReadFile(filename.Log(num), wal.LogBytesMax)
		if err != nil {
			return corrupt.Missing(filename.Log(num), err)
		}
		if last, err = checkLog(content, num, s.State.LogEnd(num), last); err != nil {
			return err
		}
	}
	if last != s.Newest {
		return corrupt.At("logs", 0, "commits end at %d, want %d", last, s.Newest)
	}
	return nil
}

// checkLog reads the commits of a log, the first of which must follow last, and returns the last one's number. If the
// manifest says where the log was closed, only zeros written ahead may follow.
func checkLog(content []byte, num uint64, end int64, last key.Seq) (key.Seq, error) {
	r := wal.NewReader(content, filename.Log(num), num)
	r.EndsAt(end)
	for {
		record, err := r.Next()
		if errors.Is(err, io.EOF) && end > 0 && len(bytes.Trim(content[end:], "\x00")) > 0 {
			return 0, corrupt.At(filename.Log(num), end, "the log was closed here, but is followed by more than zeros")
		}
		if errors.Is(err, io.EOF) {
			return last, nil
		}
		if err != nil {
			return 0, err
		}
		first, newLast, ok := batch.Follow(record, last)
		if !ok {
			return 0, corrupt.At(filename.Log(num), r.Offset(), "commit %d follows commit %d", first, last)
		}
		last = newLast
	}
}

// names looks for files that do not belong in the directory, and for missing ones.
func (s *Store) names() error {
	names, err := s.Dir.Names()
	if err != nil {
		return err
	}
	f := filename.Sort(names)
	var errs []error
	for _, name := range names {
		if !s.Expected[name] && !s.Allowed[name] && !slices.Contains(f.Foreign, name) &&
			!slices.Contains(s.Leftovers, name) && name != filename.Lock && name != filename.Lost {
			errs = append(errs, corrupt.At(name, 0, "nothing refers to this file"))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Expected)) {
		if !slices.Contains(names, name) {
			errs = append(errs, corrupt.At(name, 0, "live file is missing"))
		}
	}
	return errors.Join(append(errs, s.sizes())...)
}

// sizes looks for empty files.
func (s *Store) sizes() error {
	for _, name := range slices.Sorted(maps.Keys(s.Expected)) {
		f, err := s.Dir.Open(name)
		if err != nil {
			return corrupt.Missing(name, err)
		}
		info, err := f.Stat()
		if err = errors.Join(err, f.Close()); err != nil {
			return fmt.Errorf("engine: verify %s: %w", name, err)
		}
		if info.Size() == 0 && name != s.EmptyLog {
			return corrupt.At(name, 0, "empty file")
		}
	}
	return nil
}

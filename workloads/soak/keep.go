package soak

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
)

// full reports whether the budget for evidence is spent. Before that, it deletes as much evidence of resolved findings
// as necessary, the oldest first. A finding without evidence still has its token.
func (s *Soak) full() bool {
	size := s.evidence()
	if size < s.opts.Keep {
		return false
	}
	var resolved []ledger.Finding
	s.book(func(b *ledger.Book) {
		for _, f := range b.Findings() {
			if f.State == ledger.Resolved && f.File != "" {
				resolved = append(resolved, f)
			}
		}
	})
	for _, f := range resolved { // the oldest first
		if size < s.opts.Keep {
			break
		}
		names, err := filepath.Glob(filepath.Join(s.opts.Dir, findingsDir, "*"+f.ID+"*"))
		if err != nil {
			break // an ID has no special characters
		}
		for _, name := range names {
			if err := os.Remove(name); err != nil {
				s.opts.Log("evidence of a resolved finding stays: " + err.Error())
			}
		}
		size = s.evidence()
	}
	return size >= s.opts.Keep
}

// evidence returns the size of the evidence in bytes.
func (s *Soak) evidence() (size int64) {
	err := filepath.WalkDir(filepath.Join(s.opts.Dir, findingsDir), func(_ string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() {
			size += info.Size()
		}
		return nil
	})
	if err != nil {
		return size // there is no evidence yet
	}
	return size
}

// relative returns the path of a file relative to the soak's directory, so that the directory can be moved.
func (s *Soak) relative(file string) string {
	return strings.TrimPrefix(file, s.opts.Dir+string(filepath.Separator))
}

package accounts

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Files inspects the files of a closed store in dir that shows state: the latest manifest, the tables that it names,
// and the logs. What the files report about themselves must be true, and their content must add up to state.
func Files(dir string, o engine.Options, state *history.State) error {
	manifests, err := engine.StoreFiles(dir, engine.ManifestFile, o)
	if err != nil || len(manifests) == 0 {
		return err
	}
	m, err := manifest(manifests[len(manifests)-1], o)
	if err != nil {
		return err
	}
	c := newContent()
	for i := range m.Tables {
		if err := table(dir, &m.Tables[i], o, c); err != nil {
			return err
		}
	}
	if err := numbers(&m); err != nil {
		return err
	}
	logs, err := engine.StoreFiles(dir, engine.LogFile, o)
	if err != nil {
		return err
	}
	live := 0
	for _, path := range logs {
		if num, err := strconv.ParseUint(strings.TrimSuffix(filepath.Base(path), ".log"), 10, 64); err != nil || num < m.LogFloor {
			continue // its commits are in tables by now
		}
		live++
		if err := log(path, &m, o, c); err != nil {
			return err
		}
	}
	return errors.Join(blobs(dir, &m, o), verified(dir, &m, live, o), c.compare(state))
}

// numbers checks that no number in a manifest exceeds the maxima that the manifest records.
func numbers(m *engine.ManifestInfo) error {
	var all error
	for _, t := range m.Tables {
		all = errors.Join(all, differ(fmt.Sprintf("the last sequence number, %d, covers all of %s", m.LastSeq, t.File), m.LastSeq >= t.MaxSeq, true))
	}
	for _, name := range slices.Concat(names(m.Tables, func(t engine.TableInfo) string { return t.File }),
		names(m.BlobFiles, func(b engine.BlobFileInfo) string { return b.File })) {
		num, err := strconv.ParseUint(strings.TrimSuffix(name, filepath.Ext(name)), 10, 64)
		all = errors.Join(all, err, differ(fmt.Sprintf("the next file number, %d, is above that of %s", m.NextFile, name), m.NextFile > num, true))
	}
	return all
}

func names[T any](files []T, name func(T) string) (all []string) {
	for _, f := range files {
		all = append(all, name(f))
	}
	return all
}

// verified compares the report of VerifyDir with the manifest.
func verified(dir string, m *engine.ManifestInfo, liveLogs int, o engine.Options) error {
	r, err := engine.VerifyDir(dir, o)
	if err != nil {
		return err
	}
	bytes := uint64(0)
	for _, t := range m.Tables {
		bytes += t.Bytes
	}
	return errors.Join(
		differ("problems of a closed store", fmt.Sprint(r.Problems), "[]"),
		differ("leftovers in a closed store", fmt.Sprint(r.Leftovers), "[]"),
		differ("verified tables", r.Tables, len(m.Tables)),
		differ("verified logs", r.Logs, liveLogs),
		differ("bytes of verified tables", r.Bytes, int64(bytes)),
		differ("all blob files are verified", len(r.BlobFiles) >= len(m.BlobFiles), true), // logs may refer to more of them
	)
}

// manifest reads a manifest edit by edit, and compares the sum of the edits with the final state that the tool reports.
func manifest(path string, o engine.Options) (engine.ManifestInfo, error) {
	live, blobs := map[string]int{}, map[string]bool{}
	edits, offset := 0, int64(-1)
	var wrong error
	m, err := engine.InspectManifest(path, o, func(e engine.ManifestEdit) error {
		if edits++; e.Offset <= offset {
			wrong = fmt.Errorf("%w: the edit at offset %d follows one at offset %d", ErrWrong, e.Offset, offset)
		}
		offset = e.Offset
		for _, t := range e.Deleted {
			wrong = errors.Join(wrong, differ("level of "+t.File+", which is deleted", t.Level, live[t.File]))
			delete(live, t.File)
		}
		for _, t := range e.Added {
			live[t.File] = t.Level
		}
		for _, b := range e.BlobFilesDeleted {
			delete(blobs, b)
		}
		for _, b := range e.BlobFilesAdded {
			blobs[b.File] = true
		}
		return nil
	})
	if err != nil || m.Damage != "" || len(m.Gaps) > 0 && !m.Gaps[0].Tail {
		return m, errors.Join(err, fmt.Errorf("%w: %s: damage %q, gaps %v", ErrWrong, path, m.Damage, m.Gaps))
	}
	for _, t := range m.Tables {
		level, known := live[t.File]
		wrong = errors.Join(wrong, differ(t.File+" is live according to the edits", known, true), differ("level of "+t.File, t.Level, level))
	}
	return m, errors.Join(
		wrong,
		differ("edits of "+path, m.Edits, edits),
		differ("live tables of "+path, len(m.Tables), len(live)),
		differ("live blob files of "+path, len(m.BlobFiles), len(blobs)),
	)
}

// log reads a log of a closed store.
func log(path string, m *engine.ManifestInfo, o engine.Options, c *content) error {
	records, offset := 0, int64(-1)
	l, err := engine.InspectLog(path, o, func(r engine.LogRecord) error {
		if records++; r.Offset <= offset {
			return fmt.Errorf("%w: %s: the record at offset %d follows one at offset %d", ErrWrong, path, r.Offset, offset)
		}
		offset = r.Offset
		if r.Bytes <= 0 || len(r.Writes) == 0 {
			return fmt.Errorf("%w: %s: the record at offset %d has %d bytes and %d writes", ErrWrong, path, r.Offset, r.Bytes, len(r.Writes))
		}
		for i := range r.Writes {
			if err := c.add(&r.Writes[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || l.Damage != "" {
		return errors.Join(err, differ("damage of "+path, l.Damage, ""))
	}
	end := int64(0)
	for _, e := range m.LogEnds {
		if e.File == l.File {
			end = e.Bytes
		}
	}
	return errors.Join(differ("records of "+path, l.Records, records), differ("end of "+path, l.End, end))
}

// blobs reads the blob files that a manifest names. One that takes large values may have grown after the manifest was
// written.
func blobs(dir string, m *engine.ManifestInfo, o engine.Options) error {
	var all error
	for _, named := range m.BlobFiles {
		b, err := engine.InspectBlobFile(filepath.Join(dir, named.File), o)
		if errors.Is(err, engine.ErrCorrupt) {
			err = nil // a crash may leave garbage after the last value; verification reads every value that is referred to
		}
		all = errors.Join(all, err, differ("bytes of "+named.File+" reach those in the manifest", b.Bytes >= named.Bytes, true))
	}
	return all
}

// Package versions says which versions of a key the files of a Lightning store hold. It reads the files and runs no engine, so
// its answer does not depend on the code that serves reads.
package versions

import (
	"bytes"
	"cmp"
	"fmt"
	"path"
	"slices"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine"
)

// Of returns the versions of a key in the live files of the store in dir, the newest first: "a delete with number 12 in
// 000007.sst (level 1)". Live are the tables that the manifest lists, and the logs from its floor on. A file that cannot be
// read in full is listed with the reason.
func Of(fsys afero.Fs, dir string, key []byte) ([]string, error) {
	s := &search{o: engine.Options{FS: fsys}, dir: dir, key: key}
	manifests, err := engine.StoreFiles(dir, engine.ManifestFile, s.o)
	if err != nil || len(manifests) == 0 {
		return nil, err
	}
	m, err := engine.InspectManifest(manifests[len(manifests)-1], s.o, func(engine.ManifestEdit) error { return nil })
	if err != nil {
		return nil, err
	}
	for i := range m.Tables {
		s.table(&m.Tables[i])
	}
	logs, err := engine.StoreFiles(dir, engine.LogFile, s.o)
	if err != nil {
		return nil, err
	}
	for _, name := range logs {
		s.log(name, m.LogFloor)
	}
	slices.SortStableFunc(s.found, func(a, b version) int { return cmp.Compare(b.seq, a.seq) })
	var all []string
	for _, v := range s.found {
		all = append(all, v.text)
	}
	return append(all, s.unread...), nil
}

type version struct {
	seq  uint64
	text string
}

// search looks for the versions of one key.
type search struct {
	o      engine.Options
	dir    string
	key    []byte
	found  []version
	unread []string // files that cannot be read, with the reason
}

func (s *search) table(t *engine.TableInfo) {
	where := fmt.Sprintf("%s (level %d)", t.File, t.Level)
	info, err := engine.InspectTable(path.Join(s.dir, t.File), s.o, func(e engine.Entry) error { s.entry(&e, where); return nil })
	if err != nil {
		s.unread = append(s.unread, fmt.Sprintf("%s cannot be read: %v", where, err))
	}
	for _, r := range info.RangeDeletes {
		s.entry(&engine.Entry{Seq: r.Seq, Kind: "delete range", Key: r.Start, Value: r.End}, where)
	}
}

// log looks in a log unless its number is below the floor.
func (s *search) log(name string, floor uint64) {
	var num uint64
	if _, err := fmt.Sscanf(path.Base(name), "%d.log", &num); err != nil || num < floor {
		return
	}
	_, err := engine.InspectLog(name, s.o, func(r engine.LogRecord) error {
		for i := range r.Writes {
			s.entry(&r.Writes[i], path.Base(name))
		}
		return nil
	})
	if err != nil {
		s.unread = append(s.unread, fmt.Sprintf("%s cannot be read: %v", path.Base(name), err))
	}
}

// entry adds an entry if it is a version of the key, or a range delete that covers it.
func (s *search) entry(e *engine.Entry, where string) {
	if covers := e.Kind == "delete range" && bytes.Compare(e.Key, s.key) <= 0 && bytes.Compare(s.key, e.Value) < 0; !covers && !bytes.Equal(e.Key, s.key) {
		return
	}
	what := map[string]string{"set": "a value", "delete": "a delete", "delete range": "a range delete"}[e.Kind]
	if e.Blob != nil {
		what = "a value in " + e.Blob.File
	}
	s.found = append(s.found, version{e.Seq, fmt.Sprintf("%s with number %d in %s", cmp.Or(what, e.Kind), e.Seq, where)})
}

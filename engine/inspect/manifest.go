package inspect

import (
	"errors"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine/internal/filename"
	"github.com/lightningdb/lightning-torture/engine/internal/manifest"
	"github.com/lightningdb/lightning-torture/engine/internal/wal"
)

// ManifestEdit is one change to the list of live files.
type ManifestEdit struct {
	Offset                      int64
	Version                     uint64 // the format version; 0 if the edit does not state one
	NextFile, LogFloor, LastSeq uint64
	Deleted, Added              []TableInfo // for deleted tables, only level and name are known
	BlobFilesDeleted            []string
	BlobFilesAdded              []BlobFileInfo // GarbageBytes is unknown
	LogEnds                     []LogEnd
}

// LogEnd says where a log was closed.
type LogEnd struct {
	File  string
	Bytes int64
}

// ManifestInfo describes a manifest and the state that its edits lead to.
type ManifestInfo struct {
	File                                 string
	Bytes                                int64
	Edits                                int
	Gaps                                 []LogGap
	Damage                               string // why Open would refuse it, or empty
	Version, NextFile, LogFloor, LastSeq uint64
	Tables                               []TableInfo
	BlobFiles                            []BlobFileInfo
	LogEnds                              []LogEnd // closed logs that are live
}

// Manifest calls visit for each edit of a manifest file. It stops at an edit that does not fit the state before it; the
// field Damage of the result then says why.
func Manifest(fsys afero.Fs, path string, visit func(ManifestEdit) error) (info ManifestInfo, err error) {
	f, content, err := read(fsys, path, ManifestFile)
	if err != nil {
		return info, err
	}
	info = ManifestInfo{File: f.name, Bytes: int64(len(content))}
	var state manifest.State
	gaps := wal.Salvage(content, f.num, func(off int64, record []byte) {
		if err != nil || info.Damage != "" {
			return
		}
		e, bad := manifest.DecodeEdit(record)
		if errors.Is(bad, manifest.ErrVersion) {
			err = bad
			return
		}
		if bad == nil && visit != nil {
			err = visit(editOf(off, e))
		}
		if bad == nil {
			bad = state.Apply(e)
		}
		if info.Edits++; bad != nil {
			info.Damage = bad.Error()
		}
	})
	info.Gaps = gapsOf(gaps)
	if _, _, bad := manifest.Load(content, f.name, f.num); bad != nil && info.Damage == "" {
		info.Damage = bad.Error()
	}
	info.Version, info.NextFile = state.Version, state.NextFile
	info.LogFloor, info.LastSeq = state.LogFloor, uint64(state.LastSeq)
	for l, level := range state.Levels {
		for i := range level {
			info.Tables = append(info.Tables, TableOf(l, &level[i]))
		}
	}
	live := state.LiveBlobs()
	for _, f := range state.BlobFiles {
		info.BlobFiles = append(info.BlobFiles, BlobFileInfo{File: filename.Blob(f.Num), Bytes: f.Bytes, LiveBytes: live[f.Num]})
	}
	info.LogEnds = logEndsOf(state.LogEnds)
	return info, err
}

func logEndsOf(ends []manifest.LogEnd) (all []LogEnd) {
	for _, l := range ends {
		all = append(all, LogEnd{filename.Log(l.Num), int64(l.Bytes)})
	}
	return all
}

func editOf(off int64, e manifest.Edit) ManifestEdit {
	m := ManifestEdit{
		Offset: off, Version: e.Version, NextFile: e.NextFile, LogFloor: e.LogFloor, LastSeq: uint64(e.LastSeq),
		LogEnds: logEndsOf(e.LogEnds),
	}
	for _, d := range e.Deleted {
		m.Deleted = append(m.Deleted, TableInfo{Level: d.Level, File: filename.Table(d.Num)})
	}
	for _, p := range e.Added {
		m.Added = append(m.Added, TableOf(p.Level, &p.Table))
	}
	for _, num := range e.BlobFilesRemoved {
		m.BlobFilesDeleted = append(m.BlobFilesDeleted, filename.Blob(num))
	}
	for _, f := range e.BlobFilesAdded {
		m.BlobFilesAdded = append(m.BlobFilesAdded, BlobFileInfo{File: filename.Blob(f.Num), Bytes: f.Bytes})
	}
	return m
}

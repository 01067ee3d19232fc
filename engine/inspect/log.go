package inspect

import (
	"errors"
	"fmt"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine/internal/batch"
	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/wal"
)

// LogRecord is a commit in a log.
type LogRecord struct {
	Offset int64 // the offset of its first chunk
	Bytes  int
	Writes []Entry
}

// LogGap is a part of a log or manifest that cannot be read as records.
type LogGap struct {
	From, To int64
	Tail     bool // nothing readable follows: a torn tail if a crash left it, otherwise damage
}

// LogInfo describes a log.
type LogInfo struct {
	File    string
	Bytes   int64
	End     int64 // where it was closed, according to the manifest of its store; 0 if unknown
	Records int
	Gaps    []LogGap
	Damage  string // what Open would report; empty if it is readable up to its end or a torn tail
}

// Log calls visit for every whole record of a log file, including those after damage, but not beyond the end at which
// the log was closed. A record is valid only during the call.
func Log(fsys afero.Fs, path string, visit func(LogRecord) error) (info LogInfo, err error) {
	f, content, err := read(fsys, path, LogFile)
	if err != nil {
		return info, err
	}
	info = LogInfo{File: f.name, Bytes: int64(len(content))}
	if info.End, err = closedAt(f); err != nil {
		return info, err
	}
	info.Damage = damageOf(content, f, info.End)
	if info.End > 0 {
		content = content[:min(info.End, info.Bytes)]
	}
	gaps := wal.Salvage(content, f.num, func(off int64, record []byte) {
		r := LogRecord{Offset: off, Bytes: len(record)}
		b, ok := batch.Read(record)
		for ok && b.Left > 0 {
			var tr key.Trailer
			if tr, ok = b.Next(); ok {
				r.Writes = append(r.Writes, entryOf(b.User, tr, b.Value))
			}
		}
		if !ok && err == nil {
			err = fmt.Errorf("%w: %s offset %d: the record is not a commit", corrupt.Err, f.name, off)
		}
		if info.Records++; err == nil && visit != nil {
			err = visit(r)
		}
	})
	info.Gaps = gapsOf(gaps)
	return info, err
}

func gapsOf(gaps []wal.Gap) []LogGap {
	var all []LogGap
	for _, g := range gaps {
		all = append(all, LogGap(g))
	}
	return all
}

// damageOf reads a log as Open would and returns the damage that it finds.
func damageOf(content []byte, f located, end int64) string {
	r := wal.NewReader(content, f.name, f.num)
	r.EndsAt(end)
	for {
		if _, err := r.Next(); errors.Is(err, corrupt.Err) {
			return err.Error()
		} else if err != nil {
			return ""
		}
	}
}

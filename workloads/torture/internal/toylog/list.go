package toylog

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"

	"github.com/lightningdb/lightning-torture/workloads"
)

// segment is a file of records. Of its entries, Min to Max are part of the log.
type segment struct {
	ID, Min uint64
	Max     uint64 // 0 for the tail
	Size    int64  // for the tail, the number of its bytes that were durable when the list was written
}

// list is the content of the file "meta".
type list struct {
	Segments []segment // in the order of their entries; the last is the tail
	Values   map[string][]byte
	latest   uint64 // the largest ID of a segment
}

func (l *list) end() *segment { return &l.Segments[len(l.Segments)-1] }

func (l *Log) listPath() string { return l.env.Dir + "/meta" }

// load reads the list and reports whether there is one.
func (l *Log) load() (bool, error) {
	l.list.Values = map[string][]byte{}
	f, err := l.env.FS.Open(l.listPath())
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	} else if err != nil {
		return false, err
	}
	data, err := io.ReadAll(f)
	if err := errors.Join(err, f.Close()); err != nil {
		return false, err
	}
	if len(data) < 4 || crc32.ChecksumIEEE(data[4:]) != binary.LittleEndian.Uint32(data) {
		return false, fmt.Errorf("%w: the list of segments is damaged", workloads.ErrCorrupt)
	}
	err = json.Unmarshal(data[4:], &l.list)
	for _, s := range l.list.Segments {
		l.list.latest = max(l.list.latest, s.ID)
	}
	return true, err
}

// save replaces the list. If durable is not set, the new list becomes durable with the next sync of the directory.
func (l *Log) save(durable bool) error {
	l.list.end().Size = l.size
	body, err := json.Marshal(&l.list)
	if err != nil {
		return err
	}
	data := append(binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE(body)), body...)
	name := l.listPath() + ".tmp"
	if l.bug == ListInPlace {
		name = l.listPath()
	}
	f, err := l.env.FS.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o666)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if l.bug != ListInPlace {
		if err := l.env.FS.Rename(name, l.listPath()); err != nil {
			return err
		}
	}
	if !durable {
		return nil
	}
	return syncDir(l.env.FS, l.env.Dir)
}

package shards

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// A snapshot is the number of the generation of logs that follow it, and then a record whose number is that of the latest commit
// in it.
func (s *Store) readSnapshot() error {
	f, err := s.env.FS.Open(s.env.Dir + "/snapshot")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	data, err := io.ReadAll(f)
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if len(data) < 24 {
		return fmt.Errorf("%w: the snapshot has %d bytes", workloads.ErrCorrupt, len(data))
	}
	all := (&Store{}).records(data[12:])
	if len(all) == 0 || crc32.ChecksumIEEE(data[4:12]) != binary.LittleEndian.Uint32(data) {
		return fmt.Errorf("%w: the snapshot has a wrong checksum", workloads.ErrCorrupt)
	}
	s.generation, s.last = binary.LittleEndian.Uint64(data[4:]), all[0].number
	apply(s.pairs, all[0].writes)
	return nil
}

// begin writes what was recovered as the snapshot of the new logs, and removes all other files.
func (s *Store) begin() error {
	var writes []history.Write
	for _, key := range slices.Sorted(maps.Keys(s.pairs)) {
		writes = append(writes, history.Write{Key: []byte(key), Value: s.pairs[key]})
	}
	head := binary.LittleEndian.AppendUint64(nil, s.generation)
	data := append(binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE(head)), head...)
	if err := s.replace(append(data, encode(s.last, writes)...)); err != nil {
		return err
	}
	if s.bug != RemovesEarly {
		if err := syncDir(s.env.FS, s.env.Dir); err != nil {
			return err
		}
	}
	return s.removeOthers()
}

func (s *Store) replace(snapshot []byte) error {
	f, err := s.env.FS.Create(s.env.Dir + "/next")
	if err != nil {
		return err
	}
	_, err = f.Write(snapshot)
	if err == nil && s.bug != SnapshotUnsynced {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return s.env.FS.Rename(s.env.Dir+"/next", s.env.Dir+"/snapshot")
}

func (s *Store) removeOthers() error {
	d, err := s.env.FS.Open(s.env.Dir)
	if err != nil {
		return err
	}
	names, err := d.Readdirnames(0)
	if err = errors.Join(err, d.Close()); err != nil {
		return err
	}
	own := fmt.Sprintf("log-%d-", s.generation)
	for _, name := range names {
		if name != "snapshot" && !strings.HasPrefix(name, own) {
			if err := s.env.FS.Remove(s.env.Dir + "/" + name); err != nil {
				return err
			}
		}
	}
	return nil
}

func syncDir(fs afero.Fs, dir string) error {
	d, err := fs.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

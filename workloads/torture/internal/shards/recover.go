package shards

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"io/fs"
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// record is a commit in a log.
type record struct {
	number uint64
	writes []history.Write
}

// recover reads the snapshot and its logs into s.pairs.
func (s *Store) recover() error {
	if err := s.readSnapshot(); err != nil {
		return err
	}
	all, err := s.readLogs()
	if err != nil {
		return err
	}
	if s.bug != Racing {
		slices.SortFunc(all, func(a, b record) int { return int(int64(a.number - b.number)) })
	}
	for _, r := range all {
		if r.number != s.last+1 && s.bug != SkipsGaps && s.bug != Racing {
			break
		}
		apply(s.pairs, r.writes)
		s.last = max(s.last, r.number)
	}
	return nil
}

// readLogs reads all logs concurrently. The order in which it starts them, and the order in which the parts of each are read, are
// random.
func (s *Store) readLogs() (all []record, err error) {
	var mu sync.Mutex
	var done sync.WaitGroup
	for _, i := range rand.Perm(logs) { //nolint:forbidigo // the order must not depend on the seed
		done.Go(func() {
			data, failed := s.readInParts(s.logName(s.generation, i))
			if failed != nil && s.bug == ErrorEndsLog {
				failed = nil
			}
			mu.Lock()
			defer mu.Unlock()
			all, err = append(all, s.records(data)...), errors.Join(err, failed)
		})
	}
	done.Wait()
	return all, err
}

// partBytes is the size of a read.
const partBytes = 512

func (s *Store) readInParts(name string) ([]byte, error) {
	f, err := s.env.FS.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	data := make([]byte, info.Size())
	for _, part := range rand.Perm((len(data) + partBytes - 1) / partBytes) { //nolint:forbidigo // as in readLogs
		at := part * partBytes
		if _, err := f.ReadAt(data[at:min(at+partBytes, len(data))], int64(at)); err != nil && !errors.Is(err, io.EOF) {
			return data[:at], errors.Join(err, f.Close())
		}
	}
	return data, f.Close()
}

// records returns the complete records at the beginning of a log.
func (s *Store) records(data []byte) (all []record) {
	for len(data) >= 16 {
		n := int(binary.LittleEndian.Uint32(data))
		if n < 8 || n > len(data)-8 {
			break
		}
		body := data[8 : 8+n]
		if s.bug != NoChecksum && crc32.ChecksumIEEE(body) != binary.LittleEndian.Uint32(data[4:]) {
			break
		}
		all = append(all, record{binary.LittleEndian.Uint64(body), decode(body[8:])})
		data = data[8+n:]
	}
	return all
}

func decode(b []byte) (writes []history.Write) {
	for len(b) >= 6 {
		k, v := int(binary.LittleEndian.Uint16(b)), int(binary.LittleEndian.Uint32(b[2:]))
		if b = b[6:]; k+max(v-1, 0) > len(b) {
			break
		}
		w := history.Write{Key: b[:k], Delete: v == 0}
		if v > 0 {
			w.Value = b[k : k+v-1]
		}
		writes, b = append(writes, w), b[k+max(v-1, 0):]
	}
	return writes
}

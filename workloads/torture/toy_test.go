package torture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"sync"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// toyBug is a mistake that a toy store makes. The lab must find each, on the fault that shows it.
type toyBug int

const (
	correct toyBug = iota
	noFileSync
	noDirSync
	noParentSync
	noChecksum
	noTruncate
	retrySync
	ignoreWriteError
	splitBatch
	panics
	leftover
)

// toy is a store in one log: length, checksum, payload. It is as simple as a durable store can be.
type toy struct {
	mu     sync.Mutex
	bug    toyBug
	log    afero.File
	size   int64
	pairs  map[string][]byte
	broken error
}

func toyTarget(bug toyBug) Target {
	t := Target{
		Name:     "toy",
		Promises: Promises{SyncSurvivesPowerCut: true, NoSyncSurvivesKill: true, LossIsSuffix: true, AtomicBatch: true, Linearizable: true},
		Open:     func(env Env) (workloads.Store, error) { return openToy(env, bug) },
	}
	t.LogGlobs = []string{"log"}
	t.CheckFiles = func(fs afero.Fs, dir string) error {
		if _, err := fs.Stat(dir + "/tmp"); err == nil {
			return errors.New("tmp is still there")
		}
		return nil
	}
	return t
}

func openToy(env Env, bug toyBug) (workloads.Store, error) {
	t := &toy{bug: bug, pairs: map[string][]byte{}}
	if err := t.create(env); err != nil {
		return nil, err
	}
	var err error
	if t.log, err = env.FS.OpenFile(env.Dir+"/log", os.O_RDWR|os.O_CREATE, 0o666); err != nil {
		return nil, err
	}
	if bug != noDirSync {
		if err := syncDir(env.FS, env.Dir); err != nil {
			return nil, err
		}
	}
	return t, t.replay()
}

func (t *toy) create(env Env) error {
	if err := env.FS.Mkdir(env.Dir, 0o777); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	if t.bug != noParentSync {
		if err := syncDir(env.FS, "/"); err != nil {
			return err
		}
	}
	if t.bug == leftover {
		f, err := env.FS.Create(env.Dir + "/tmp")
		return errors.Join(err, f.Close())
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

func (t *toy) replay() error {
	data, err := io.ReadAll(t.log)
	if err != nil {
		return err
	}
	for off := 0; off+8 <= len(data); {
		n, sum := int(binary.LittleEndian.Uint32(data[off:])), binary.LittleEndian.Uint32(data[off+4:])
		if n == 0 || n > len(data)-off-8 {
			break
		}
		payload := data[off+8 : off+8+n]
		if t.bug != noChecksum && crc32.ChecksumIEEE(payload) != sum {
			break
		}
		t.apply(payload)
		off += 8 + n
		t.size = int64(off)
	}
	if t.bug == panics && len(data) > int(t.size) {
		panic("toy: torn tail")
	}
	if t.bug == noTruncate {
		t.size = int64(len(data))
		return t.log.Sync()
	}
	return errors.Join(t.log.Truncate(t.size), t.log.Sync())
}

// apply replays a record: key length, key, value length + 1 or 0 for a delete, value.
func (t *toy) apply(payload []byte) {
	for len(payload) >= 4 {
		k := int(binary.LittleEndian.Uint16(payload))
		v := int(binary.LittleEndian.Uint16(payload[2:]))
		payload = payload[4:]
		if k+max(v-1, 0) > len(payload) {
			return
		}
		key := string(payload[:k])
		payload = payload[k:]
		if v == 0 {
			delete(t.pairs, key)
			continue
		}
		t.pairs[key] = bytes.Clone(payload[:v-1])
		payload = payload[v-1:]
	}
}

func encodeToy(writes []history.Write) []byte {
	var b []byte
	for _, w := range writes {
		b = binary.LittleEndian.AppendUint16(b, uint16(len(w.Key)))
		if w.Delete {
			b = append(binary.LittleEndian.AppendUint16(b, 0), w.Key...)
			continue
		}
		b = append(binary.LittleEndian.AppendUint16(b, uint16(len(w.Value)+1)), w.Key...)
		b = append(b, w.Value...)
	}
	return b
}

func (t *toy) Apply(writes []history.Write, d history.Durability) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.broken != nil {
		return fmt.Errorf("%w: %w", workloads.ErrRefused, t.broken)
	}
	if t.bug == splitBatch && len(writes) > 1 {
		if err := t.append(encodeToy(writes[:1]), history.NoSync); err != nil {
			return err
		}
		return t.append(encodeToy(writes[1:]), d)
	}
	return t.append(encodeToy(writes), d)
}

func (t *toy) append(payload []byte, d history.Durability) error {
	record := binary.LittleEndian.AppendUint32(nil, uint32(len(payload)))
	record = binary.LittleEndian.AppendUint32(record, crc32.ChecksumIEEE(payload))
	record = append(record, payload...)
	_, err := t.log.WriteAt(record, t.size)
	if err == nil && d == history.Sync && t.bug != noFileSync {
		if err = t.log.Sync(); err != nil && t.bug == retrySync {
			err = t.log.Sync()
		}
	}
	if err != nil && t.bug != ignoreWriteError {
		t.broken = err
		return err
	}
	t.size += int64(len(record))
	t.apply(payload)
	return nil
}

func (t *toy) Get(key []byte) ([]byte, bool, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	v, ok := t.pairs[string(key)]
	return bytes.Clone(v), ok, nil
}

func (t *toy) Scan(from, to []byte, visit func(key, value []byte) bool) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, k := range slices.Sorted(maps.Keys(t.pairs)) {
		if k >= string(from) && (len(to) == 0 || k < string(to)) && !visit([]byte(k), t.pairs[k]) {
			return nil
		}
	}
	return nil
}

func (t *toy) Begin(workloads.Isolation) (workloads.Txn, error) {
	return nil, fmt.Errorf("%w: no transactions", workloads.ErrRefused)
}

func (t *toy) Close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.broken != nil {
		return errors.Join(t.broken, t.log.Close())
	}
	return errors.Join(t.log.Sync(), t.log.Close())
}

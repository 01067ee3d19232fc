package toy

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"maps"
	"math"
	"os"
	"path"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
)

// Store is an open store. See the package comment for the format of its log.
type Store struct {
	mu     sync.Mutex
	bug    Bug
	env    contract.Env
	lock   io.Closer
	log    afero.File
	size   int64
	loose  int64 // offset of the last record if it was not synced, otherwise 0
	pairs  map[string][]byte
	broken error
	closed bool
	// interrupted means that the previous recovery did not finish: Forgetful detects this, Fickle only assumes it.
	interrupted bool
	kept        kept
}

// recoveries counts the recoveries of all Fickle and Flaky toys.
var recoveries atomic.Int64

// Open opens or creates a toy store with a bug.
func Open(env contract.Env, bug Bug) (*Store, error) {
	held, err := lock(env, bug)
	if err != nil {
		return nil, err
	}
	t, err := recovered(env, bug)
	if err != nil {
		if t != nil && t.log != nil {
			err = errors.Join(err, t.log.Close())
		}
		return nil, errors.Join(err, held.Close())
	}
	t.env, t.lock = env, held
	return t, nil
}

// recovered returns the store in a directory, or a new one.
func recovered(env contract.Env, bug Bug) (*Store, error) {
	t := &Store{bug: bug, pairs: map[string][]byte{}}
	if err := t.create(env); err != nil {
		return nil, err
	}
	if err := t.begin(env); err != nil {
		return nil, err
	}
	data, err := readLog(env)
	if bug == ReadErrorEndsLog {
		err = nil
	}
	if err != nil {
		return nil, err
	}
	t.replay(data)
	if bug == NoTruncate {
		t.size = int64(len(data))
		return t, t.openLog(env)
	}
	return t, errors.Join(t.renew(env, data[:t.size]), t.openLog(env), t.end(env))
}

// begin creates a file if the bug is to leave one behind, or to treat interrupted recoveries in a special way.
func (t *Store) begin(env contract.Env) error {
	mark := env.Dir + "/recovering"
	switch t.bug {
	case Leftover:
		mark = env.Dir + "/left"
	case Leaks:
		n, err := countFiles(env.FS, env.Dir)
		if mark = fmt.Sprintf("%s/%d", env.Dir, n); err != nil {
			return err
		}
	case Forgetful:
		_, err := env.FS.Stat(mark)
		t.interrupted = err == nil
	case Fickle:
		t.interrupted = recoveries.Add(1)%3 == 0
		return nil
	default:
		return nil
	}
	f, err := env.FS.Create(mark)
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), SyncDir(env.FS, env.Dir))
}

func (t *Store) end(env contract.Env) error {
	if t.bug != Forgetful {
		return nil
	}
	return errors.Join(env.FS.Remove(env.Dir+"/recovering"), SyncDir(env.FS, env.Dir))
}

// create creates the directory. If its name cannot be made durable, the directory is removed again, so that the next Open
// creates and syncs it.
func (t *Store) create(env contract.Env) error {
	if err := env.FS.Mkdir(env.Dir, 0o777); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	} else if err == nil && t.bug != NoParentSync {
		if err := SyncDir(env.FS, path.Dir(env.Dir)); err != nil {
			return errors.Join(err, env.FS.Remove(env.Dir))
		}
	}
	return nil
}

func readLog(env contract.Env) ([]byte, error) {
	f, err := env.FS.Open(env.Dir + "/log")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(f)
	return data, errors.Join(err, f.Close())
}

// renew replaces the log by a copy without the torn tail. The old log may not be kept: if a sync of it failed, what was read may
// exist only in the page cache.
func (t *Store) renew(env contract.Env, data []byte) error {
	f, err := env.FS.Create(env.Dir + "/tmp")
	if err != nil {
		return err
	}
	if _, err := f.Write(data); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := env.FS.Rename(env.Dir+"/tmp", env.Dir+"/log"); err != nil || t.bug == NoDirSync {
		return err
	}
	return SyncDir(env.FS, env.Dir)
}

func (t *Store) openLog(env contract.Env) (err error) {
	if t.log, err = env.FS.OpenFile(env.Dir+"/log", os.O_RDWR|os.O_CREATE, 0o666); err != nil || t.bug != NoTruncate {
		return err
	}
	return errors.Join(SyncDir(env.FS, env.Dir), t.log.Sync())
}

// SyncDir syncs a directory.
func SyncDir(fs afero.Fs, dir string) error {
	d, err := fs.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// syncedBit is set in the length of a record whose commit asked for Sync.
const syncedBit = 1 << 31

type record struct {
	payload []byte
	end     int // offset in the log
	synced  bool
}

// records returns the whole records of a log.
func (t *Store) records(data []byte) (all []record) {
	for off := 0; off+8 <= len(data); {
		head, sum := binary.LittleEndian.Uint32(data[off:]), binary.LittleEndian.Uint32(data[off+4:])
		n := int(head &^ syncedBit)
		if n == 0 || n > len(data)-off-8 {
			break
		}
		r := record{data[off+8 : off+8+n], off + 8 + n, head&syncedBit != 0}
		if t.bug != NoChecksum && crc32.ChecksumIEEE(r.payload) != sum {
			if t.bug == RotTakesAll && r.end < len(data) {
				return nil
			}
			break
		}
		all = append(all, r)
		off = r.end
	}
	return all
}

func (t *Store) replay(data []byte) {
	all := t.records(data)
	if t.bug == Flaky && len(all) > 3 && recoveries.Add(1)%40 == 0 {
		all = all[:len(all)-2]
	}
	for t.interrupted && len(all) > 0 && !all[len(all)-1].synced {
		all = all[:len(all)-1]
	}
	for _, r := range all {
		t.apply(r.payload)
		t.size = int64(r.end)
	}
	if t.bug == Panics && len(data) > int(t.size) {
		panic("toy: torn tail")
	}
}

// apply replays the payload of a record. Each write has the length of the key, the key, the length of the value plus 1 (0 for a
// delete), and the value.
func (t *Store) apply(payload []byte) {
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

func tooLong(w history.Write) bool {
	return len(w.Key) > math.MaxUint16 || len(w.Value) >= math.MaxUint16
}

func encode(writes []history.Write) []byte {
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

// Apply commits writes as one record. Without writes it does nothing, because an empty record would look like the end of the
// log. It refuses keys and values that are too long for a record.
func (t *Store) Apply(writes []history.Write, d history.Durability) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.commit(writes, d)
}

// commit is Apply with mu held.
func (t *Store) commit(writes []history.Write, d history.Durability) error {
	if t.broken != nil {
		return fmt.Errorf("%w: %w", workloads.ErrRefused, t.broken)
	}
	if len(writes) == 0 {
		return nil
	}
	if slices.ContainsFunc(writes, tooLong) {
		return workloads.ErrTooLarge
	}
	if t.bug == SplitBatch && len(writes) > 1 {
		if err := t.append(encode(writes[:1]), history.NoSync); err != nil {
			return err
		}
		return t.append(encode(writes[1:]), d)
	}
	return t.append(encode(writes), d)
}

func (t *Store) append(payload []byte, d history.Durability) error {
	if t.bug == StartsOver && t.size > 300 {
		if err := t.log.Truncate(0); err != nil {
			return err
		}
		clear(t.pairs)
		t.size = 0
	}
	record := recordOf(payload, d)
	_, err := t.log.WriteAt(record, t.size)
	if err == nil && t.bug == Scribbles {
		_, err = t.log.WriteAt([]byte{^record[len(record)-1]}, t.size+int64(len(record))-1)
	}
	if err == nil && d == history.Sync && t.bug != NoFileSync {
		if err = t.log.Sync(); err != nil && t.bug == RetrySync {
			err = t.log.Sync()
		}
	}
	if err != nil && t.bug != IgnoreWriteError {
		t.broken = err
		return err
	}
	if t.loose = 0; d != history.Sync {
		t.loose = t.size
	}
	t.size += int64(len(record))
	t.apply(payload)
	t.keepOfCommit()
	return nil
}

func recordOf(payload []byte, d history.Durability) []byte {
	n := uint32(len(payload))
	if d == history.Sync {
		n += syncedBit
	}
	record := binary.LittleEndian.AppendUint32(nil, n)
	record = binary.LittleEndian.AppendUint32(record, crc32.ChecksumIEEE(payload))
	return append(record, payload...)
}

// Len returns the number of pairs.
func (t *Store) Len() int { return len(t.pairs) }

// Get returns the value of a key.
func (t *Store) Get(key []byte) ([]byte, bool, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return nil, false, errClosed
	}
	v, ok := t.pairs[string(key)]
	return bytes.Clone(v), ok, nil
}

// Scan visits the pairs of a range in key order.
func (t *Store) Scan(from, to []byte, visit func(key, value []byte) bool) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return errClosed
	}
	defer t.keepOfScan()
	for _, k := range slices.Sorted(maps.Keys(t.pairs)) {
		if k >= string(from) && (len(to) == 0 || k < string(to)) && !visit([]byte(k), t.pairs[k]) {
			return nil
		}
	}
	return nil
}

// Begin returns an error, because the toy has no transactions.
func (t *Store) Begin(workloads.Isolation) (workloads.Txn, error) {
	return nil, fmt.Errorf("%w: no transactions", workloads.ErrRefused)
}

var errClosed = fmt.Errorf("%w: closed", workloads.ErrRefused)

package endless

import (
	"encoding/binary"
	"fmt"
	"io"
)

// model has, for each key, the commit that wrote it, or 0 if the key does not exist. What has not changed since the last snapshot is
// read from there; a read that fails is a panic.
type model struct {
	keys    int
	saved   io.ReaderAt // eight bytes for each key, little endian; nil: no key exists
	changed map[int]uint64
	block   int // number of the block of saved that was last read
	read    []byte
}

const (
	commitBytes = 8
	blockKeys   = 512 // keys that are read at once
)

func newModel(keys int, saved io.ReaderAt) model {
	return model{keys: keys, saved: saved, changed: map[int]uint64{}, block: -1}
}

// get returns the commit that wrote a key.
func (m *model) get(key int) uint64 {
	if commit, ok := m.changed[key]; ok || m.saved == nil {
		return commit
	}
	block := key / blockKeys
	if block != m.block {
		m.read = make([]byte, commitBytes*(min(m.keys, (block+1)*blockKeys)-block*blockKeys))
		if _, err := m.saved.ReadAt(m.read, int64(commitBytes*block*blockKeys)); err != nil {
			panic(fmt.Errorf("endless: read the snapshot: %w", err))
		}
		m.block = block
	}
	return binary.LittleEndian.Uint64(m.read[commitBytes*(key%blockKeys):])
}

// set sets the commit that wrote a key.
func (m *model) set(key int, commit uint64) { m.changed[key] = commit }

// write writes all commits.
func (m *model) write(w io.Writer) error {
	b := make([]byte, commitBytes)
	for key := range m.keys {
		binary.LittleEndian.PutUint64(b, m.get(key))
		if _, err := w.Write(b); err != nil {
			return err
		}
	}
	return nil
}

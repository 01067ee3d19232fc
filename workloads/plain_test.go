package workloads_test

import (
	"errors"
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// plainMap is a map behind workloads.Plain. The write with number fail fails; the other fields count calls.
type plainMap struct {
	sync.Mutex
	pairs               map[string][]byte
	fail, writes, syncs int
}

func (m *plainMap) write(key, value []byte) error {
	m.Lock()
	defer m.Unlock()
	if m.writes++; m.writes == m.fail {
		return errors.New("no")
	}
	if m.pairs[string(key)] = value; value == nil {
		delete(m.pairs, string(key))
	}
	return nil
}

func (m *plainMap) store() workloads.Store {
	return workloads.Plain{
		Get: func(key []byte) ([]byte, bool, error) {
			m.Lock()
			defer m.Unlock()
			value, ok := m.pairs[string(key)]
			return value, ok, nil
		},
		Put:    func(key, value []byte) error { return m.write(slices.Clone(key), append([]byte{}, value...)) },
		Delete: func(key []byte) error { return m.write(key, nil) },
		Pairs: func(visit func(key, value []byte)) error {
			m.Lock()
			pairs := maps.Clone(m.pairs)
			m.Unlock()
			for key, value := range pairs {
				visit([]byte(key), value)
			}
			return nil
		},
		Sync: func() error {
			m.Lock()
			defer m.Unlock()
			m.syncs++
			return nil
		},
		Close: func() error { return nil },
	}.Store()
}

func TestAPlainStoreIsAStore(t *testing.T) {
	t.Parallel()
	m := &plainMap{pairs: map[string][]byte{}, fail: 6}
	s := m.store()
	put := func(key, value string) history.Write { return history.Write{Key: []byte(key), Value: []byte(value)} }
	require.NoError(t, s.Apply([]history.Write{put("c", "3"), put("a", "1"), put("b", "2"), {Key: []byte("a"), Delete: true}}, history.NoSync))
	require.Zero(t, m.syncs)
	require.NoError(t, s.Apply([]history.Write{put("d", "")}, history.Sync))
	require.Equal(t, 1, m.syncs)
	require.Error(t, s.Apply([]history.Write{put("e", "5"), put("f", "6")}, history.Sync))
	require.Equal(t, 6, m.writes, "nothing is written after an error")
	shown := func(from, to string, most int) (keys string) {
		require.NoError(t, s.Scan([]byte(from), []byte(to), func(key, _ []byte) bool {
			keys += string(key)
			return len(keys) < most
		}))
		return keys
	}
	assert.Equal(t, "bcd", shown("", "", 9))
	assert.Equal(t, "bc", shown("b", "d", 9))
	assert.Equal(t, "b", shown("", "", 1))
	_, found, err := s.Get([]byte("a"))
	require.NoError(t, err)
	assert.False(t, found)
}

// If a store has no atomic batches, each write is driven and judged as an operation of its own.
func TestEachWriteOfANonAtomicBatchIsAnOperation(t *testing.T) {
	t.Parallel()
	for _, fail := range []int{0, 40} {
		m := &plainMap{pairs: map[string][]byte{}, fail: fail}
		var clock history.Clock
		rec := history.NewRecorder(&clock)
		script := generate(t, "kv", 1, workloads.Size{Clients: 2, Ops: 40, Keys: 30, ValueBytes: 20})
		require.NoError(t, workloads.Drive(t.Context(), m.store(), script, rec, workloads.DriveOptions{OneByOne: true}))
		writes, failed := 0, 0
		for _, op := range rec.Ops() {
			require.LessOrEqual(t, len(op.Writes), 1)
			writes += len(op.Writes)
			if op.Outcome == history.Unknown {
				failed++
			}
		}
		assert.Equal(t, m.writes, writes)
		assert.Equal(t, min(fail, 1), failed)
	}
}

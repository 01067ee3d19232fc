package targettest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// Run runs the suite on an adapter: open is the Open of its Target, fs the filesystem for its stores. Tests of features that a
// store lacks are skipped.
func Run(t *testing.T, fs afero.Fs, open func(torture.Env) (workloads.Store, error)) {
	t.Helper()
	run(t, func(dir string) (workloads.Store, error) {
		if err := fs.MkdirAll(dir, 0o755); err != nil {
			return nil, err
		}
		return open(torture.Env{FS: fs, Dir: dir})
	}, slices.Concat(tests, copies))
}

// opener opens the store in dir, and creates it if it does not exist.
type opener func(dir string) (workloads.Store, error)

func run(t *testing.T, open opener, tests []test) {
	t.Helper()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := &suite{T: t, open: open, dir: t.TempDir()}
			s.Store = s.reopened()
			test.run(s)
			require.NoError(t, s.Close())
		})
	}
}

// suite is a test with an open store.
type suite struct {
	*testing.T
	workloads.Store
	open opener
	dir  string
}

type test struct {
	name string
	run  func(*suite)
}

var tests = []test{
	{"a put value is read back, and nothing else", (*suite).puts},
	{"a deleted key is gone", (*suite).deletes},
	{"a batch is applied atomically and in order", (*suite).batches},
	{"a scan respects its bounds, is ordered, and stops when told to", (*suite).scans},
	{"slices belong to the caller", (*suite).ownership},
	{"writes with any durability survive a clean reopening", (*suite).reopens},
	{"a range delete removes what is older, and nothing newer", (*suite).deletesRanges},
	{"an ingested table is applied atomically over older data", (*suite).ingests},
	{"a batch deletes a range, and its later parts win", (*suite).appliesRanges},
	{"a flush and a compaction change nothing visible", (*suite).maintains},
	{"a sync and an empty batch change nothing visible", (*suite).syncs},
	{"an inspection changes nothing visible", (*suite).inspects},
	{"a cursor moves in both directions within its bounds", (*suite).moves},
	{"a cursor shows the store as it was when the cursor was made", (*suite).standsStill},
	{"a snapshot shows the store as it was when the snapshot was made", (*suite).snapshots},
	{"a stream reads the value that the key had when it was opened", (*suite).streams},
	{"a transaction reads its own writes, which others see once it commits", (*suite).commits},
	{"a rolled-back transaction writes nothing", (*suite).rollsBack},
	{"a read-only transaction sees the store as it was when it began", (*suite).readsOnly},
	{"a transaction scans its own writes, and conflicts with new keys in the range", (*suite).scansInTransactions},
	{"concurrent increments are not lost", (*suite).increments},
}

// copies are the tests of stores that can be copied to another directory of the same filesystem.
var copies = []test{
	{"a checkpoint is an independent store", (*suite).checkpoints},
	{"a backup changes neither earlier backups nor the store", (*suite).backsUp},
}

// lacks skips the rest of a test, because the store lacks a feature.
func (s *suite) lacks(what string) {
	s.Helper()
	require.NoError(s.T, s.Close())
	s.Skipf("the store has no %s", what)
}

func (s *suite) reopened() workloads.Store {
	store, err := s.open(s.dir)
	require.NoError(s.T, err)
	return store
}

func (s *suite) apply(d history.Durability, writes ...history.Write) {
	s.Helper()
	require.NoError(s.T, s.Apply(writes, d))
}

func put(key, value string) history.Write {
	return history.Write{Key: []byte(key), Value: []byte(value)}
}

func deletion(key string) history.Write { return history.Write{Key: []byte(key), Delete: true} }

// reader is a store or a transaction.
type reader interface {
	Get(key []byte) (value []byte, found bool, err error)
}

// has requires that key has the value; an empty value means that the key does not exist.
func (s *suite) has(r reader, key, value string) {
	s.Helper()
	got, found, err := r.Get([]byte(key))
	require.NoError(s.T, err)
	require.Equal(s.T, value != "", found, "key %s", key)
	require.Equal(s.T, value, string(got), "key %s", key)
}

// scanned returns what a scan shows, as a list of key=value; 0 means no limit.
func (s *suite) scanned(from, to string, limit int) []string {
	s.Helper()
	var seen []string
	require.NoError(s.T, s.Scan([]byte(from), []byte(to), func(key, value []byte) bool {
		seen = append(seen, fmt.Sprintf("%s=%s", key, value))
		return len(seen) != limit
	}))
	return seen
}

package targettest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Opener opens the store in dir, or makes it.
type Opener func(dir string) (workloads.Store, error)

// Run runs the suite on the stores that open opens. Tests of what a store does not implement are skipped.
func Run(t *testing.T, open Opener) {
	t.Helper()
	run(t, open, slices.Concat(tests, copies))
}

func run(t *testing.T, open Opener, tests []test) {
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

// suite is a test with a store that is open.
type suite struct {
	*testing.T
	workloads.Store
	open Opener
	dir  string
}

type test struct {
	name string
	run  func(*suite)
}

var tests = []test{
	{"what was put is got, and nothing else", (*suite).puts},
	{"what was deleted is gone", (*suite).deletes},
	{"a batch is applied in order, as a whole", (*suite).batches},
	{"a scan has its bounds and its order, and ends when it is told to", (*suite).scans},
	{"what is handed out is the caller's", (*suite).ownership},
	{"what was written with any durability is there after reopening", (*suite).reopens},
	{"what a deletion of a range hides is gone, and nothing newer", (*suite).deletesRanges},
	{"a table that is ingested is applied as a whole, over what was there", (*suite).ingests},
	{"a batch deletes a range, and later parts win over earlier ones", (*suite).appliesRanges},
	{"a flush and a compaction change nothing that is seen", (*suite).maintains},
	{"a sync changes nothing that is seen, nor does a batch of nothing", (*suite).syncs},
	{"an inspection changes nothing that is seen", (*suite).inspects},
	{"a cursor walks in both directions within its bounds", (*suite).moves},
	{"a cursor shows the moment at which it was made", (*suite).standsStill},
	{"a snapshot shows the moment at which it was made", (*suite).snapshots},
	{"a stream reads the value of the moment at which it was opened", (*suite).streams},
	{"a transaction reads its own writes, which others see when it commits", (*suite).commits},
	{"a transaction that is rolled back wrote nothing", (*suite).rollsBack},
	{"a read-only transaction sees the moment of its beginning", (*suite).readsOnly},
	{"a transaction scans its own writes, and conflicts with what comes into the range", (*suite).scansInTransactions},
	{"concurrent increments are not lost", (*suite).increments},
}

// copies are the tests of stores that are copied to another directory of the same filesystem.
var copies = []test{
	{"a checkpoint is a store of its own", (*suite).checkpoints},
	{"a backup leaves earlier ones and the store as they are", (*suite).backsUp},
}

// lacks skips the rest of a test.
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

// has demands that key has the value; an empty one stands for a key that is not there.
func (s *suite) has(r reader, key, value string) {
	s.Helper()
	got, found, err := r.Get([]byte(key))
	require.NoError(s.T, err)
	require.Equal(s.T, value != "", found, "key %s", key)
	require.Equal(s.T, value, string(got), "key %s", key)
}

// scanned is what a scan shows, as a list of key=value.
func (s *suite) scanned(from, to string, limit int) []string {
	s.Helper()
	var seen []string
	require.NoError(s.T, s.Scan([]byte(from), []byte(to), func(key, value []byte) bool {
		seen = append(seen, fmt.Sprintf("%s=%s", key, value))
		return len(seen) != limit
	}))
	return seen
}

package hints_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/hints"
)

// script is what a store does before it acknowledges "one", and between that and the acknowledgement of "two".
type script struct {
	before, between func(t *testing.T, fs *faultfs.FS)
}

func writeA(t *testing.T, fs *faultfs.FS, syncs bool) {
	t.Helper()
	f, err := fs.OpenFile("a", os.O_CREATE|os.O_RDWR, 0o666)
	require.NoError(t, err)
	_, err = f.WriteString("text")
	require.NoError(t, err)
	if syncs {
		require.NoError(t, f.Sync())
	}
	require.NoError(t, f.Close())
}

func syncDir(t *testing.T, fs *faultfs.FS) {
	t.Helper()
	dir, err := fs.Open(".")
	require.NoError(t, err)
	require.NoError(t, dir.Sync())
	require.NoError(t, dir.Close())
}

// sentences returns the hints about a script, each with its count.
func (s script) sentences(t *testing.T) map[string]int {
	t.Helper()
	fs := faultfs.New(faultfs.Options{})
	s.before(t, fs)
	acks := []hints.Ack{{Tick: fs.Now(), Text: "one"}}
	if s.between != nil {
		s.between(t, fs)
	}
	acks = append(acks, hints.Ack{Tick: fs.Now(), Text: "two", Name: "the second"})
	profile, err := faultfs.ProfileNamed("posix-min")
	require.NoError(t, err)
	var list hints.List
	list.Add(&hints.Run{
		Trace: fs.Trace(), Acks: acks, Model: faultfs.Model{Profile: profile},
		Alike: func(op *faultfs.Op) string { return op.Kind.String() + op.Path },
		Place: func(op *faultfs.Op) (source, from string) {
			if op.Kind == faultfs.OpRemove {
				return "store.go:7", "db.go:9"
			}
			return "", ""
		},
	})
	found := map[string]int{}
	for _, h := range list.Hints() {
		found[h.Sentence] = h.Count
	}
	return found
}

func TestAHintNamesTheMissingSync(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		script
		want map[string]int
	}{
		"everything is synced": {script{before: func(t *testing.T, fs *faultfs.FS) {
			writeA(t, fs, true)
			syncDir(t, fs)
		}}, map[string]int{}},
		"a file is not synced, twice": {script{before: func(t *testing.T, fs *faultfs.FS) {
			writeA(t, fs, false)
			syncDir(t, fs)
		}, between: func(t *testing.T, fs *faultfs.FS) { writeA(t, fs, false) }}, map[string]int{
			"one: the write of a [0,4) (operation 2) is not durable: the file was not synced after it": 2,
		}},
		"a name is not synced, which is reported once": {script{before: func(t *testing.T, fs *faultfs.FS) {
			writeA(t, fs, true)
		}}, map[string]int{
			"one: the create of a (operation 1) is not durable: its directory was not synced after it": 1,
		}},
		"a removal is not synced": {script{before: func(t *testing.T, fs *faultfs.FS) {
			writeA(t, fs, true)
			syncDir(t, fs)
		}, between: func(t *testing.T, fs *faultfs.FS) { require.NoError(t, fs.Remove("a")) }}, map[string]int{
			"the second: the remove of a (operation 5, store.go:7 from db.go:9) is not durable: its directory was not synced after it": 1,
		}},
		"writes to a durably removed file do not count": {script{before: func(t *testing.T, fs *faultfs.FS) {
			writeA(t, fs, false)
			require.NoError(t, fs.Remove("a"))
			syncDir(t, fs)
		}}, map[string]int{}},
		"writes to a file whose removal may be lost count": {script{before: func(t *testing.T, fs *faultfs.FS) {
			writeA(t, fs, false)
			syncDir(t, fs)
			require.NoError(t, fs.Remove("a"))
		}}, map[string]int{
			"one: the write of a [0,4) (operation 2) is not durable: the file was not synced after it":                          1,
			"one: the remove of a (operation 4, store.go:7 from db.go:9) is not durable: its directory was not synced after it": 1,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, c.sentences(t))
		})
	}
}

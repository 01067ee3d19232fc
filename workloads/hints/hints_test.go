package hints_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/hints"
)

// script is what a store does before and after it acknowledges "one" and "two".
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

// sentences returns the hints about a script, each with how often it was seen.
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

func TestAHintNamesTheSyncThatIsLacking(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		script
		want map[string]int
	}{
		"everything is synced": {script{before: func(t *testing.T, fs *faultfs.FS) {
			writeA(t, fs, true)
			syncDir(t, fs)
		}}, map[string]int{}},
		"the file is not, each time": {script{before: func(t *testing.T, fs *faultfs.FS) {
			writeA(t, fs, false)
			syncDir(t, fs)
		}, between: func(t *testing.T, fs *faultfs.FS) { writeA(t, fs, false) }}, map[string]int{
			"one: the write of a [0,4) (operation 2) is not durable: the file was not synced after it": 2,
		}},
		"its name is not, which is said once": {script{before: func(t *testing.T, fs *faultfs.FS) {
			writeA(t, fs, true)
		}}, map[string]int{
			"one: the create of a (operation 1) is not durable: its directory was not synced after it": 1,
		}},
		"a removal is not": {script{before: func(t *testing.T, fs *faultfs.FS) {
			writeA(t, fs, true)
			syncDir(t, fs)
		}, between: func(t *testing.T, fs *faultfs.FS) { require.NoError(t, fs.Remove("a")) }}, map[string]int{
			"the second: the remove of a (operation 5, store.go:7 from db.go:9) is not durable: its directory was not synced after it": 1,
		}},
		"bytes that no disk can show do not count": {script{before: func(t *testing.T, fs *faultfs.FS) {
			writeA(t, fs, false)
			require.NoError(t, fs.Remove("a"))
			syncDir(t, fs)
		}}, map[string]int{}},
		"bytes that come back with the file do": {script{before: func(t *testing.T, fs *faultfs.FS) {
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

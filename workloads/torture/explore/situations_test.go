package explore

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

func TestSituations(t *testing.T) {
	t.Parallel()
	fs := faultfs.New(faultfs.Options{})
	require.NoError(t, fs.Mkdir("db", 0o777)) // tick 1
	f, err := fs.Create("db/1.log")           // 2
	require.NoError(t, err)
	_, err = f.Write(make([]byte, 300)) // 3: one sector
	require.NoError(t, err)
	_, err = f.Write(make([]byte, 300)) // 4: two
	require.NoError(t, err)
	require.NoError(t, f.Sync())                        // 5
	require.NoError(t, toy.SyncDir(fs, "db"))           // 6
	require.NoError(t, fs.Rename("db/1.log", "db/2.x")) // 7
	for _, c := range []struct {
		name  string
		watch func() func(*faultfs.Op) bool
		ticks []uint64
	}{
		{"a write that is not synced", contract.Between("write *.log", "sync *.log"), []uint64{3, 4}},
		{"the write of another file", contract.Between("write *.sst", "sync *.sst"), nil},
		{"a name that is not durable", contract.Between("create *.log", "sync ."), []uint64{2, 3, 4, 5}},
		{"a write of two sectors", contract.Torn("*.log"), []uint64{4}},
		{"a write of two sectors to another file", contract.Torn("*.sst"), nil},
		{"one file", contract.Several("*.log", 1), []uint64{2, 3, 4, 5, 6}},
		{"two files", contract.Several("*.log", 2), nil},
	} {
		var ticks []uint64
		hits := situations([]contract.Goal{{Watch: c.watch}}, &record.Recording{Trace: fs.Trace()})
		for tick := uint64(1); tick <= fs.Now(); tick++ {
			if len(hits[tick]) > 0 {
				ticks = append(ticks, tick)
			}
		}
		assert.Equal(t, c.ticks, ticks, c.name)
	}
}

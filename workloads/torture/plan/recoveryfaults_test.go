package plan

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
)

func TestEveryRecoveryFaultHitsACallOfTheRecovery(t *testing.T) {
	t.Parallel()
	recover := func(rules ...*faultfs.Rule) *faultfs.FS {
		fs := faultfs.New(faultfs.Options{Rules: rules})
		_ = fs.MkdirAll("db", 0o777)
		for range 2 { // makes every kind of call twice, ignoring failures
			f, err := fs.OpenFile("db/log", os.O_RDWR|os.O_CREATE, 0o666)
			if err != nil {
				continue
			}
			_, _ = f.Write([]byte("some bytes"))
			_, _ = f.ReadAt(make([]byte, 4), 0)
			_, _ = f.Stat()
			_ = f.Truncate(3)
			_ = f.Sync()
			_ = f.Close()
			_ = fs.Rename("db/log", "db/old")
			_ = fs.Remove("db/old")
			if d, err := fs.Open("db"); err == nil {
				_, _ = d.Readdirnames(-1)
				_ = d.Close()
			}
		}
		return fs
	}
	faults := NewRecoveryFaults(recover())
	require.Positive(t, faults.Count())
	texts := map[string]bool{}
	for n := uint64(1); n <= faults.Count(); n++ {
		rule := faults.Rule(n)
		require.NotNil(t, rule)
		texts[rule.String()] = true
		recover(rule)
		assert.Positive(t, rule.Hits(), "%d: %s", n, rule)
	}
	assert.Len(t, texts, int(faults.Count()), "each number gives a different fault")
	assert.Nil(t, faults.Rule(faults.Count()+1))
	assert.Nil(t, faults.Rule(0))
	drawn := map[uint64]bool{}
	for seed := range uint64(2000) {
		n := faults.Draw(seed)
		require.NotNil(t, faults.Rule(n))
		drawn[n] = true
	}
	assert.Len(t, drawn, int(faults.Count()), "every fault is drawn")
}

package workloads_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Callers may reuse their slices once a commit has returned, and the store must not write to them before.
func TestAStoreThatKeepsOrChangesSlicesOfItsCallerIsFound(t *testing.T) {
	t.Parallel()
	kept, meddled := 0, 0
	for spoil, want := range map[string]*int{"keep": &kept, "meddle": &meddled} {
		m := &plainMap{pairs: map[string][]byte{}}
		plain := workloads.Plain{
			Get: func(key []byte) ([]byte, bool, error) { return m.pairs[string(key)], m.pairs[string(key)] != nil, nil },
			Put: func(key, value []byte) error {
				m.pairs[string(key)] = append([]byte{}, value...)
				if spoil == "keep" {
					m.pairs[string(key)] = value
				} else if len(value) > 0 {
					value[0]++
				}
				return nil
			},
			Delete: func(key []byte) error { delete(m.pairs, string(key)); return nil },
			Pairs: func(visit func(key, value []byte)) error {
				for key, value := range m.pairs {
					visit([]byte(key), value)
				}
				return nil
			},
			Close: func() error { return nil },
		}
		var clock history.Clock
		rec := history.NewRecorder(&clock)
		script := generate(t, "kv", 1, workloads.Size{Clients: 1, Ops: 40, Keys: 30, ValueBytes: 20})
		before := generate(t, "kv", 1, workloads.Size{Clients: 1, Ops: 40, Keys: 30, ValueBytes: 20})
		require.NoError(t, workloads.Drive(t.Context(), plain.Store(), script, rec, workloads.DriveOptions{OneByOne: true}))
		assert.Equal(t, before, script, "the script is unchanged even if the store changes the slices that it gets")
		for _, op := range rec.Ops() {
			for _, r := range op.Reads {
				if spoil == "keep" && bytes.HasPrefix(r.Value, []byte("overwrit")) {
					*want++
				}
			}
			if op.Err == "workloads: the store changed a slice that its caller had passed in" {
				*want++
			}
		}
	}
	assert.Positive(t, kept, "the store retained values")
	assert.Positive(t, meddled, "the store changed values")
}

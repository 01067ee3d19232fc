package program

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/torture/explain"
)

func TestTheMostTellingCallsOfAStackAreShown(t *testing.T) {
	t.Parallel()
	var (
		libAddress = Frame{Function: "0x1f0", Module: "libkv.so.1"}
		libSync    = Frame{Function: "kv_sync+0x10", Module: "libkv.so.1"}
		libPut     = Frame{Function: "kv_put+0x20", Module: "libkv.so.1"}
		wal        = Frame{Function: "example.com/kv/wal.(*Log).Append", File: "/src/kv/wal/log.go", Line: 80, Module: "kv"}
		flush      = Frame{Function: "example.com/kv/wal.(*Log).flush", File: "/src/kv/wal/log.go", Line: 12, Module: "kv"}
		put        = Frame{Function: "main.put", File: "/src/kv/main.go", Line: 30, Module: "kv"}
		unlined    = Frame{Function: "main.put+0x40", Module: "kv"}
	)
	for name, c := range map[string]struct {
		stack        Stack
		calls        []Frame
		source, from string
	}{
		"the caller in another directory":  {Stack{}, []Frame{flush, wal, put}, "wal/log.go:12", "kv/main.go:30"},
		"the caller, if there is only one": {Stack{}, []Frame{flush, wal}, "wal/log.go:12", "wal/log.go:80"},
		"a single call":                    {Stack{}, []Frame{put}, "kv/main.go:30", ""},
		"source below a library without":   {Stack{Program: "kv"}, []Frame{libAddress, libSync, put}, "kv/main.go:30", ""},
		"the program's own function":       {Stack{Program: "kv"}, []Frame{unlined, put}, "kv main.put+0x40", "kv/main.go:30"},
		"names before addresses":           {Stack{Program: "sh"}, []Frame{libAddress, libSync, libPut}, "libkv.so.1 kv_sync+0x10", "libkv.so.1 kv_put+0x20"},
		"an address at least":              {Stack{Program: "sh"}, []Frame{libAddress}, "libkv.so.1 0x1f0", ""},
		"the program alone":                {Stack{Program: "sh", Note: "no"}, nil, "sh", ""},
		"why there is no stack":            {Stack{Note: ByKernel}, nil, ByKernel, ""},
	} {
		s := Stacks{Frames: c.calls, Stacks: []Stack{c.stack}, Of: []int{0, 1}}
		for i := range c.calls {
			s.Stacks[0].Frames = append(s.Stacks[0].Frames, i)
		}
		trace := []faultfs.Op{{Tick: 3}, {Tick: 5}}
		site := s.site(trace, 5)
		assert.Equal(t, c.source, site.Source, name)
		assert.Equal(t, c.from, site.From, name)
		assert.GreaterOrEqual(t, len(site.Stack), len(c.calls), name)
		for _, tick := range []uint64{3, 4, 6} {
			assert.Equal(t, explain.Site{}, s.site(trace, tick), name)
		}
	}
	assert.Equal(t, explain.Site{}, (*Stacks)(nil).site([]faultfs.Op{{Tick: 5}}, 5))
}

func TestOperationsHaveTheStackOfTheirCaller(t *testing.T) {
	t.Parallel()
	tape := NewTape()
	var err error
	tape.From(1, func() { err = tape.FS.Mkdir("a", 0o700) })
	require.NoError(t, err)
	tape.Ack("between")
	require.NoError(t, tape.FS.Mkdir("b", 0o700)) // nobody asked for it
	tape.From(2, func() { _, err = tape.FS.Stat("a") })
	require.NoError(t, err)
	tape.From(3, func() { err = tape.FS.Rename("a", "c") })
	require.NoError(t, err)
	rec := tape.Recording("test", nil)
	of := tape.Origins(rec.Trace)
	require.Equal(t, []int{1, 0, 3}, of)
	rec.Stacks = &Stacks{Of: of}
	assert.Equal(t, []int{1, 0}, rec.Until(rec.Trace[1].Tick).Stacks.Of)
	assert.Equal(t, of, rec.Stacks.Of)
}

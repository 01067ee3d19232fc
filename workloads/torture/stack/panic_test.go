package stack

import (
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/assert"
)

// panicOutput returns the output of the Go runtime for a panic below the given calls.
func panicOutput(calls string) string {
	return "panic: gone\n\n" +
		"goroutine 7 [running]:\n" +
		"panic({0x1256160?, 0x3c16589280a0?})\n\t/usr/local/go/src/runtime/panic.go:860 +0x13a\n" +
		"encoding/json.Marshal({0x1, 0x2})\n\t/usr/local/go/src/encoding/json/encode.go:160 +0x1\n" + calls +
		"created by github.com/cockroachdb/pebble.(*DB).maybeScheduleFlush in goroutine 1\n\t/pebble/compaction.go:9 +0x1\n\n" +
		"goroutine 1 [select]:\ngithub.com/someone/else.f()\n\t/else.go:1 +0x1\n"
}

func TestBlameTellsTheEngineFromTheLab(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		calls, function string
		engines         bool
	}{
		{"github.com/cockroachdb/pebble.(*DB).flush(0xc0, {0x1, ...})\n\t/pebble/flush.go:80 +0x1\n", "pebble.(*DB).flush", true},
		{ModulePath + "engine.(*DB).flush(0xc0)\n\t/engine/flush.go:80 +0x1\n", "engine.(*DB).flush", true},
		{ModulePath + "engine/internal/sst.Open(...)\n\t/sst/open.go:8\n", "sst.Open", true},
		{ModulePath + "workloads/targets/pebble.Open.func1()\n\t/pebble/pebble.go:8 +0x1\n", "pebble.Open.func1", true},
		{ModulePath + "workloads/torture.(*toy).Get(0xc0)\n\t/torture/toy_test.go:8 +0x1\n", "torture.(*toy).Get", true},
		{ModulePath + "workloads/torture.(*worker).run(0xc0)\n\t/torture/worker.go:8 +0x1\n", "torture.(*worker).run", false},
		{ModulePath + "faultfs.(*FS).Open(0xc0)\n\t/faultfs/fs.go:8 +0x1\n" +
			ModulePath + "engine.Open(0xc0)\n\t/engine/db.go:8 +0x1\n", "faultfs.(*FS).Open", false},
		{"", "", false}, // a goroutine of the standard library, such as a timer
		{ModulePath + "workloads/torture/explore.(*explorer).do(0xc0)\n\t/explore/point.go:8 +0x1\n", "explore.(*explorer).do", false},
		{ModulePath + "workloads/torture/internal/toy.(*Store).Get(0xc0)\n\t/toy/toy.go:8 +0x1\n", "toy.(*Store).Get", true},
	} {
		function, engines := Blame(panicOutput(c.calls))
		assert.Equal(t, c.function, function)
		assert.Equal(t, c.engines, engines, c.function)
	}
	_, engines := Blame("")
	assert.False(t, engines, "it was killed")
}

func TestReasonOfAFatalError(t *testing.T) {
	t.Parallel()
	reason, fatal := Reason(panicOutput(""))
	assert.Equal(t, "gone", reason)
	assert.False(t, fatal)
	trace := "goroutine 7 [running]:\ninternal/sync.fatal({0x1, 0x2})\n\t/runtime/panic.go:1 +0x1\n" +
		"internal/sync.(*Mutex).unlockSlow(0xc0)\n\t/sync/mutex.go:1 +0x1\n"
	for output, want := range map[string]string{
		"runtime: goroutine stack exceeds 1000000000-byte limit\nfatal error: stack overflow\n\n" + trace: "stack overflow",
		trace: "noticed by sync.(*Mutex).unlockSlow",
		"":    "of an unknown kind",
	} {
		reason, fatal := Reason(output)
		assert.Equal(t, want, reason)
		assert.True(t, fatal)
	}
}

func TestTheStackOfAPanicBeginsWhereItPanicked(t *testing.T) {
	trace := func() (trace []byte) {
		defer func() {
			trace = debug.Stack()
			_ = recover()
		}()
		none := []int{}
		none[len(none)] = 1
		return nil
	}()
	lines := OfPanic(string(trace))
	assert.Regexp(t, `^goroutine \d+ \[running\]:$`, lines[0])
	assert.Contains(t, lines[1], "stack.TestTheStackOfAPanicBeginsWhereItPanicked")
	assert.Regexp(t, `^  \S+panic_test.go:\d+`, lines[2])
	assert.LessOrEqual(t, len(lines), linesShown)
	assert.Equal(t, []string{"no panic"}, OfPanic("no panic\n"))
}

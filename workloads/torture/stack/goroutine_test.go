package stack

import (
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func waitFor(m *sync.Mutex) { m.Lock() }

func TestAStackOfAWaitingGoroutineBeginsWithTheEnginesCall(t *testing.T) {
	t.Parallel()
	var m sync.Mutex
	m.Lock()
	done := make(chan struct{})
	go func() { defer close(done); waitFor(&m) }()
	defer func() { m.Unlock(); <-done }()
	var lines []string
	for len(lines) == 0 {
		runtime.Gosched()
		lines = Containing("stack.waitFor(")
	}
	require.Greater(t, len(lines), 2)
	assert.Regexp(t, `^goroutine \d+ \[.*:$`, lines[0])
	assert.Regexp(t, `/stack\.waitFor\(`, lines[1], "not the calls of package sync in which it waits")
	calls := OfEngine(lines)
	require.NotEmpty(t, calls)
	assert.Regexp(t, `^stack/goroutine_test\.go:\d+$`, calls[0].Place)
	lines, engines := ofGoroutine("goroutine 1 [select]:\nruntime.gopark()\n\t/usr/local/go/src/runtime/proc.go:1 +0x1\n" + ModulePath + "workloads/torture.Run()\n\t/x/run.go:2 +0x2\n")
	assert.False(t, engines, "the lab only waits")
	assert.Equal(t, []string{"goroutine 1 [select]:", ModulePath + "workloads/torture.Run()", "\t/x/run.go:2 +0x2"}, lines)
}

package remains

import (
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// manyTurns is the maximum number of turns that goroutines get to end.
const manyTurns = 400

// leftOf returns the stacks of the goroutines of some work that are still running after a number of turns.
func leftOf(w work, turns int) (stacks []string) {
	for range turns {
		if stacks = w.now(readable); len(stacks) == 0 {
			return nil
		}
		letOthersRun()
	}
	return stacks
}

func TestOnlyWhatTheWorkHasStartedIsLeft(t *testing.T) {
	t.Parallel()
	stop := make(chan struct{})
	defer close(stop)
	wait := func() { <-stop }
	go wait() // not started by the work
	clean := watch(func(work) {
		var group sync.WaitGroup
		for range 20 {
			group.Go(func() { runtime.Gosched() })
		}
		group.Wait()
	})
	leaks := watch(func(work) {
		started := make(chan struct{})
		go func() {
			for range 2 {
				go wait() // started by a goroutine that has ended
			}
			close(started)
		}()
		<-started
	})
	assert.Empty(t, leftOf(clean, manyTurns))
	left := leftOf(leaks, 4)
	require.Len(t, left, 1, "one stack")
	assert.Contains(t, left[0], "remains.TestOnlyWhatTheWorkHasStartedIsLeft.func1")
	assert.Contains(t, left[0], "goroutines_test.go:")
	assert.Equal(t, 2, leaks.count())
	assert.Zero(t, clean.count())
}

// A goroutine that needs many turns to end does not count as left behind.
func TestAGoroutineOnItsWayOutIsNotLeft(t *testing.T) {
	t.Parallel()
	w := watch(func(work) {
		go func() {
			for range 1000 {
				runtime.Gosched()
			}
		}()
	})
	assert.Empty(t, leftOf(w, manyTurns))
}

package lightning

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// The first check ends only once the second one runs, so a caller that waited for the first one would wait for ever.
func TestSharedChecksRunBesideOneAnother(t *testing.T) {
	t.Parallel()
	second := make(chan struct{})
	checks := share([]torture.StandingCheck{
		{Run: func() error { <-second; return nil }},
		{Run: func() error { close(second); return nil }}, // a second close would panic
	})
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			for _, check := range checks {
				assert.NoError(t, check.Run())
			}
		})
	}
	both.Wait()
}

func TestEachSharedCheckRunsOnceAndAnswersAll(t *testing.T) {
	t.Parallel()
	errFirst, errSecond := errors.New("first"), errors.New("second")
	var runs [4]atomic.Int64
	answer := func(i int, err error) torture.StandingCheck {
		return torture.StandingCheck{Name: string(rune('a' + i)), Run: func() error { runs[i].Add(1); return err }}
	}
	checks := share([]torture.StandingCheck{answer(0, nil), answer(1, errFirst), answer(2, errSecond), answer(3, nil)})
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			assert.NoError(t, checks[0].Run())
			assert.ErrorIs(t, checks[1].Run(), errFirst, "however many checks have failed")
		})
	}
	all.Wait()
	assert.Equal(t, "c", checks[2].Name)
	assert.ErrorIs(t, checks[2].Run(), errSecond)
	assert.NoError(t, checks[3].Run())
	for i := range runs {
		assert.EqualValues(t, 1, runs[i].Load(), "check %d", i)
	}
}

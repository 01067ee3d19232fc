package recovery_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
	"github.com/lightningdb/lightning-torture/workloads/torture/recovery"
)

// Patience is for one call of the engine. What consists of several is given up only if one of them takes too long.
func TestPatienceBeginsAnewWithEachCallOfTheEngine(t *testing.T) {
	p := recovery.NewProber(contract.Target{}, nil)
	old := time.Hour
	require.NoError(t, p.Do(func(func(string)) {
		p.Renew()
		require.False(t, p.GiveUp(old), "it has only begun")
		p.Renew()
		require.False(t, p.GiveUp(old))
	}))
	require.False(t, p.GiveUp(0), "nobody calls the engine")
	p.Renew()
	require.False(t, p.GiveUp(0), "outside of a call nothing begins")
	require.NoError(t, p.Do(func(func(string)) {}), "it can be called again")
	went, goOn := make(chan bool), make(chan bool)
	go func() {
		_ = p.Do(func(func(string)) { // it is taken away, so it does not return
			went <- true
			<-goOn
			p.Renew()
			went <- true
		})
		went <- false
	}()
	<-went
	require.True(t, p.GiveUp(-old), "it has taken longer than that")
	goOn <- true
	<-went
	require.False(t, p.GiveUp(-old), "who was taken away does not come back by calling the engine anew")
	select {
	case <-went:
		t.Fatal("a call that was taken away returned")
	default:
	}
}

func TestAnEngineThatStopsLeavesWhatElseItDoes(t *testing.T) {
	for _, inBackground := range []bool{false, true} {
		p := recovery.NewProber(contract.Target{Promises: contract.Promises{StopsOnError: true}}, nil)
		err := p.Do(func(stop func(string)) {
			if inBackground {
				go stop("the table is rotten")
				select {} // for what will never come
			}
			stop("the table is rotten")
		})
		var stopped *record.Stopped
		require.ErrorAs(t, err, &stopped)
		require.ErrorContains(t, p.Do(func(func(string)) { panic("gone") }), "gone")
		require.NoError(t, p.Do(func(func(string)) {}))
	}
	p := recovery.NewProber(contract.Target{}, nil)
	require.NoError(t, p.Do(func(stop func(string)) { require.Nil(t, stop, "it does not promise to stop") }))
}

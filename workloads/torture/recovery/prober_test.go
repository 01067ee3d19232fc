package recovery_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
	"github.com/lightningdb/lightning-torture/workloads/torture/recovery"
)

// Patience applies to a single call of the engine: a sequence of calls is given up only if one of them takes too long.
func TestPatienceStartsAgainWithEachCallOfTheEngine(t *testing.T) {
	p := recovery.NewProber(contract.Target{}, nil)
	old := time.Hour
	require.NoError(t, p.Do(func(func(string)) {
		p.Renew()
		require.False(t, p.GiveUp(old), "the call has just started")
		p.Renew()
		require.False(t, p.GiveUp(old))
	}))
	require.False(t, p.GiveUp(0), "no call is under way")
	p.Renew()
	require.False(t, p.GiveUp(0), "Renew outside of Do starts nothing")
	require.NoError(t, p.Do(func(func(string)) {}), "the prober can be used again")
	went, goOn := make(chan bool), make(chan bool)
	go func() {
		_ = p.Do(func(func(string)) { // it is given up, so it does not return
			went <- true
			<-goOn
			p.Renew()
			went <- true
		})
		went <- false
	}()
	<-went
	require.True(t, p.GiveUp(-old), "any duration exceeds a negative patience")
	goOn <- true
	<-went
	require.False(t, p.GiveUp(-old), "Renew does not bring back a recovery that was given up")
	select {
	case <-went:
		t.Fatal("a call that was given up returned")
	default:
	}
}

func TestDoReturnsWhenTheEngineStops(t *testing.T) {
	for _, inBackground := range []bool{false, true} {
		p := recovery.NewProber(contract.Target{Promises: contract.Promises{StopsOnError: true}}, nil)
		err := p.Do(func(stop func(string)) {
			if inBackground {
				go stop("the table is rotten")
				select {} // the engine hangs
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

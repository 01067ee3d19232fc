package contract_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
)

// A situation reported by a target begins after the operation in progress, whatever comes between them on the clock.
func TestAnEventBeginsASituation(t *testing.T) {
	t.Parallel()
	trace := []faultfs.Op{
		{Tick: 2, Kind: faultfs.OpWrite, Path: "db/log"},
		{Tick: 5, Kind: faultfs.OpSync, Path: "db/log"},
		{Tick: 6, Kind: faultfs.OpRead, Path: "db/log"}, // failed by a fault, so it changes nothing
		{Tick: 9, Kind: faultfs.OpRemove, Path: "db/old"},
		{Tick: 12, Kind: faultfs.OpSync, Path: "db", Dir: true},
	}
	note := func(tick uint64, event string) contract.Note { return contract.Note{Tick: tick, Event: event} }
	for _, c := range []struct {
		name, until string
		notes       []contract.Note
		ticks       []uint64
	}{
		{"nothing is noted", "", nil, nil},
		{"another event is noted", "", []contract.Note{note(3, "else")}, nil},
		{"it lasts to the end", "", []contract.Note{note(5, "it")}, []uint64{5, 9, 12}},
		{"it ends with an operation", "remove *", []contract.Note{note(3, "it")}, []uint64{2, 5}},
		{"it begins again", "sync *", []contract.Note{note(2, "it"), note(10, "else"), note(11, "it")}, []uint64{2, 9}},
		{"it begins with the operation that ends it", "remove *", []contract.Note{note(9, "it")}, []uint64{9, 12}},
		{"it begins before everything", "", []contract.Note{note(1, "it")}, []uint64{2, 5, 9, 12}},
		{"it begins after everything", "", []contract.Note{note(40, "it")}, []uint64{12}},
	} {
		g := contract.Goal{Event: "it", Until: c.until}
		assert.Equal(t, c.ticks, g.Hits(trace, c.notes), c.name)
	}
	assert.Empty(t, (&contract.Goal{Event: "it"}).Hits(nil, []contract.Note{note(1, "it")}))
}

func TestNotesAreForRecordedRuns(t *testing.T) {
	t.Parallel()
	var env contract.Env
	env.Note("nobody listens")
	assert.False(t, env.Watched())
	var events []string
	env = env.Noting(func(event string) { events = append(events, event) })
	env.Note("it")
	assert.True(t, env.Watched())
	assert.Equal(t, []string{"it"}, events)
}

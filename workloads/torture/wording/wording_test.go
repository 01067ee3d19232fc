package wording_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/torture/evidence"
	"github.com/lightningdb/lightning-torture/workloads/torture/explain"
	"github.com/lightningdb/lightning-torture/workloads/torture/shrink"
	"github.com/lightningdb/lightning-torture/workloads/torture/wording"
)

func TestOriginNamesTheCrash(t *testing.T) {
	for want, f := range map[string]evidence.Finding{
		"without a crash, seen 2 times":                                   {Count: 2},
		"power cut at tick 1,200":                                         {CrashTick: 1200},
		"power cut at tick 1,200 and in recovery at tick 31, seen 1 time": {CrashTick: 1200, NestedTick: 31, Count: 1},
		"without a crash; also in a × b, c × d, e × f":                    {AlsoIn: []string{"a × b", "c × d", "e × f"}},
		"without a crash; also in a × b, c × d, e × f and 2 more":         {AlsoIn: []string{"a × b", "c × d", "e × f", "g × h", "i × j"}},
	} {
		require.True(t, strings.HasSuffix(wording.Origin(&f), ", "+want), wording.Origin(&f))
	}
}

func TestLinesHaveOneLinePerItem(t *testing.T) {
	f := evidence.Finding{
		Sentence: "Lost\x1b[1m", Judge: "durability", Class: "lost", Workload: "kv", Fault: "power", Profile: "posix-min", Seed: 7,
		Explanation: &explain.Explanation{Sentence: "a before b"}, ProfilesSentence: "Fails on xfs.", Evidence: []string{"#1"},
		Shrunk: &shrink.Shrunk{Before: 9, Operations: 2}, File: "x.ltrace",
	}
	require.Equal(t, []string{
		`Lost\x1b[1m`, "  durability: lost, in kv × power under posix-min, seed 7, without a crash", "  why      a before b",
		"  profiles Fails on xfs.", "  shrunk   from 9 operations to 2", "    #1", "  replay   R", "  saved    x.ltrace", "  test     T",
	}, wording.Lines(&f, wording.Paste{Replay: "R", Test: "T"}))
	for n, want := range map[int]string{0: "0", 999: "999", 41902: "41,902", -1234567: "-1,234,567"} {
		require.Equal(t, want, wording.Grouped(n))
	}
	require.Equal(t, "1 image", wording.Plural(1, "image"))
}

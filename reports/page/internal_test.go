package page

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTimelinePutsEveryOperationOnItsFile(t *testing.T) {
	require.Nil(t, timelineOf(Finding{}))
	f := Finding{Crash: 9, Trace: []Op{
		{Tick: 1, Op: "write", Path: "db/a", Fate: "durable"},
		{Tick: 2, Op: "rename", Path: "db/tmp -> db/a", Fate: "kept"},
		{Tick: 3, Op: "sync", Path: "db/b"},
		{Tick: 4, Op: "read", Path: "db/b"},
		{Tick: 4, Op: "sync", Path: "db/b", Note: "injected: lost"},
		{Tick: 5, Op: "write", Path: "db/b", Fate: "of no known kind"},
	}}
	line := timelineOf(f)
	require.Len(t, line.Lanes, 2)
	var shapes []string
	for i, m := range line.Marks {
		shapes = append(shapes, m.Shape)
		require.Equal(t, line.Lanes[map[bool]int{true: 0, false: 1}[i < 2]].Y, m.Y)
		require.Greater(t, line.CrashX, m.X, "operations before the crash stand left of it")
	}
	require.Equal(t, []string{"durable", "kept", "sync", "other", "badsync", "other"}, shapes)
	f.Crash = 0
	require.Zero(t, timelineOf(f).CrashX)
}

func TestTimelineKeepsItsSizeWithManyFiles(t *testing.T) {
	var f Finding
	for i := range 40 {
		f.Trace = append(f.Trace, Op{Op: "write", Path: fmt.Sprintf("db/%s-%d", strings.Repeat("x", 90), i)})
	}
	line := timelineOf(f)
	require.Len(t, line.Lanes, maxLanes)
	require.Equal(t, otherFiles, line.Lanes[maxLanes-1].Name)
	require.LessOrEqual(t, line.Width, 1100)
	for i, l := range line.Lanes[:maxLanes-1] {
		require.Len(t, []rune(l.Name), nameRunes)
		require.True(t, strings.HasSuffix(l.Name, fmt.Sprintf("x-%d", i)), "the end tells files apart")
	}
}

func TestSourcesInASentenceAreCode(t *testing.T) {
	require.Equal(t, []span{{Text: "the write ("}, {"wal/writer.go:111", true}, {Text: ")"}}, spans("the write (`wal/writer.go:111`)"))
	require.Equal(t, []span{{Text: "none"}}, spans("none"))
	require.Equal(t, []span{{Text: "<b>"}, {"<i>", true}}, spans("<b>`<i>"), "half a pair hides nothing")
}

package page

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTimelinePutsEachOperationInTheLaneOfItsFile(t *testing.T) {
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
		require.Greater(t, line.CrashX, m.X, "operations before the crash are to the left of it")
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
		require.True(t, strings.HasSuffix(l.Name, fmt.Sprintf("x-%d", i+31)), "the lanes are those of the last files used, labelled with the ends of their names")
	}
}

func TestTextBetweenBackticksIsCode(t *testing.T) {
	require.Equal(t, []span{{Text: "the write ("}, {"wal/writer.go:111", true}, {Text: ")"}}, spans("the write (`wal/writer.go:111`)"))
	require.Equal(t, []span{{Text: "none"}}, spans("none"))
	require.Equal(t, []span{{Text: "<b>"}, {"<i>", true}}, spans("<b>`<i>"), "an unmatched backtick hides no text")
}

func TestTheMissingOrderIsMarkedOnTheTimeline(t *testing.T) {
	f := Finding{
		Crash: 9,
		Why:   &Why{Order: []Site{{Role: By, Tick: 5, Op: "acknowledgement"}, {Role: Missing, Tick: 3}, {Role: Beside, Tick: 4}}},
		Trace: []Op{
			{Tick: 3, Op: "write", Path: "a", Fate: "lost"},
			{Tick: 4, Op: "sync", Path: "."},
			{Tick: 5, Op: Acknowledgement, Note: "commit #1"},
			{Tick: 5, Op: "write", Path: "a", Fate: "lost"}, // acknowledgements have the tick of the operation before them
		},
	}
	line := timelineOf(f)
	require.Equal(t, []Role{Missing, Beside, By, ""}, []Role{line.Marks[0].Role, line.Marks[1].Role, line.Marks[2].Role, line.Marks[3].Role})
	require.True(t, line.Acks)
	require.Equal(t, acknowledged, line.Lanes[0].Name)
	require.Equal(t, line.Lanes[0].Y, line.Marks[2].Y)
	require.Equal(t, "ack", line.Marks[2].Shape)

	f.Second = 7 // the order is now about the recovery, except for the operation on the same file
	f.Why.Order[1].Path, f.Why.Order[2].Path = "b", "."
	line = timelineOf(f)
	require.Equal(t, []Role{"", Beside}, []Role{line.Marks[0].Role, line.Marks[1].Role})
	require.False(t, line.Ringed)
}

func TestCommitsThatWereNotDurableReachThePowerCut(t *testing.T) {
	require.Nil(t, commitLanesOf(Finding{Crash: 9}))
	l := commitLanesOf(Finding{Crash: 50, Commits: []Commit{{"#1", 10, 10}, {"#2", 20, 35}, {"#3", 40, 0}}})
	var states []string
	for _, row := range l.Rows {
		states = append(states, row.State)
		require.LessOrEqual(t, row.AckX, row.EndX)
	}
	require.Equal(t, []string{"durable", "late", "never"}, states)
	require.Equal(t, l.CutX, l.Rows[2].EndX)
	require.Contains(t, l.Sentence, "1 could still be lost when power was cut, and 1 became durable only after being acknowledged")
}

func TestTheSentenceSaysFromWhichTickOnImagesFail(t *testing.T) {
	for want, crashes := range map[string][]Crash{
		"After a power cut at tick 7, 1 of 4 images failed; none did at tick 5, the previous one tried. From then on, every power cut that was tried can fail.": {
			{3, 1, 1}, {5, 3, 0}, {7, 4, 1}, {9, 4, 4},
		},
		"After a power cut at tick 7, 1 of 1 image failed. The same holds up to tick 8; at tick 9, the next one tried, no image failed.": {
			{7, 1, 1}, {8, 1, 1}, {9, 4, 0},
		},
		"After a power cut at tick 7, 1 of 1 image failed.":  {{7, 1, 1}, {8, 4, 0}},
		"None of the images recovered for this plot failed.": {{7, 1, 0}},
	} {
		require.Equal(t, want, sinceWhen(Finding{Crash: 7, Crashes: crashes}))
	}
	p := crashPlotOf(Finding{Crash: 7, Crashes: []Crash{{5, 3, 0}, {7, 400, 1}}})
	require.Zero(t, p.Columns[0].Failing)
	require.Positive(t, p.Columns[1].Failing, "even the smallest share is visible")
	require.NotZero(t, p.MarkX)
}

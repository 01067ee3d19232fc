package picker

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/manifest"
	"github.com/lightningdb/lightning-torture/engine/internal/view"
)

// smallLimits are the default options, except for a base level of a hundred bytes.
var smallLimits = Limits{L0CompactionFiles: 4, LevelBytesBase: 100, LevelSizeRatio: 10, TableBytes: 1000, SmallTables: 8}

// parseShape parses the tables of levels, one line per level: "5: a-c 30, d-f 20 tombs". A table has keys, a size and,
// with tombs, only tombstones. Tables of level 0 are listed newest first.
func parseShape(t *testing.T, text string) *view.Version {
	t.Helper()
	v, num := &view.Version{}, uint64(100)
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		var level int
		_, err := fmt.Sscanf(line, "%d:", &level)
		require.NoError(t, err, line)
		for field := range strings.SplitSeq(line[2:], ",") {
			num--
			tab := &view.Table{Table: manifest.Table{Num: num, MaxSeq: 50}}
			parts := strings.Fields(field)
			smallest, largest, _ := strings.Cut(parts[0], "-")
			tab.Smallest, tab.Largest = []byte(smallest), []byte(largest)
			_, err := fmt.Sscan(parts[1], &tab.Bytes)
			require.NoError(t, err, line)
			tab.Entries = tab.Bytes
			if len(parts) > 2 {
				tab.Tombstones = tab.Entries
			}
			v.Levels[level] = append(v.Levels[level], tab)
		}
	}
	return v
}

// describe does the inverse for compactions: "0: a-c, b-d + 5: a-d > 5".
func describe(c *Compaction) string {
	if c == nil {
		return "nothing"
	}
	var levels []string
	for level, tables := range c.Inputs {
		var names []string
		for _, t := range tables {
			names = append(names, fmt.Sprintf("%s-%s", t.Smallest, t.Largest))
		}
		if len(names) > 0 {
			levels = append(levels, fmt.Sprintf("%d: %s", level, strings.Join(names, ", ")))
		}
	}
	text := fmt.Sprintf("%s > %d", strings.Join(levels, " + "), c.Output)
	if c.IsMove() {
		text += " moved"
	}
	return text
}

func TestPicks(t *testing.T) {
	for _, c := range []struct {
		name, shape string
		want        []string // all compactions that can run at the same time
		oldest      key.Seq
	}{
		{name: "an empty store has nothing to do", want: []string{"nothing"}},
		{
			name: "level 0 waits for its number of tables", shape: "0: a-f 10, a-f 10, a-f 10",
			want: []string{"nothing"},
		},
		{
			name:  "level 0 of a small store goes to the bottom",
			shape: "0: a-f 10, a-e 10, a-f 10, b-f 10",
			want:  []string{"0: a-f, a-e, a-f, b-f > 6", "nothing"},
		},
		{
			name:  "level 0 is merged early when it has half the size of the next level",
			shape: "0: a-f 10, a-f 10 \n 6: a-c 20, d-z 20",
			want:  []string{"0: a-f, a-f + 6: a-c, d-z > 6", "nothing"},
		},
		{
			name:  "one table in level 0 is not worth a merge",
			shape: "0: a-f 100 \n 6: a-c 20, d-z 20", want: []string{"nothing"},
		},
		{
			name:  "tables of level 0 that share no keys move down unchanged, concurrently",
			shape: "0: g-h 10, e-f 10, c-d 10, a-b 10",
			want:  []string{"0: a-b > 6 moved", "nothing"},
		},
		{
			name:  "older and newer tables that are connected go down together, others stay",
			shape: "0: h-k 10, c-e 10, x-z 10, d-f 10, a-c 10 \n 6: a-a 5, b-b 5, g-g 500",
			want:  []string{"0: c-e, d-f, a-c + 6: a-a, b-b > 6", "nothing"},
		},
		{
			name:  "the base level is the highest with a limit of LevelBytesBase, and may have a tenth of the bottom",
			shape: "0: a-f 60, a-f 60, a-f 60, a-f 60 \n 6: a-c 1000, d-z 1000",
			want:  []string{"0: a-f, a-f, a-f, a-f > 5", "nothing"},
		},
		{
			name:  "two levels may be in use above the bottom",
			shape: "0: a-f 60, a-f 60, a-f 60, a-f 60 \n 5: a-c 900 \n 6: a-c 10000",
			want:  []string{"0: a-f, a-f, a-f, a-f > 4", "nothing"},
		},
		{
			name:  "a level over its limit compacts the table that is cheapest to merge",
			shape: "5: a-c 60, d-f 60, g-i 20 \n 6: a-b 400, c-d 300, e-f 200, h-z 200",
			want:  []string{"5: d-f + 6: c-d, e-f > 6", "nothing"},
		},
		{
			name:  "tables that share no keys are compacted at the same time",
			shape: "5: a-c 300, d-f 300, g-i 300 \n 6: a-b 400, e-e 300, g-i 200, z-z 200",
			want:  []string{"5: g-i + 6: g-i > 6", "5: d-f + 6: e-e > 6", "5: a-c + 6: a-b > 6", "nothing"},
		},
		{
			name:  "a table with nothing below it is moved",
			shape: "5: a-c 300, d-f 50 \n 6: d-z 1100", want: []string{"5: a-c > 6 moved", "nothing"},
		},
		{
			name:  "levels above the base level are emptied, across empty ones",
			shape: "1: a-c 30, d-f 30 \n 3: a-a 30 \n 6: d-z 110",
			want:  []string{"1: d-f > 3 moved", "1: a-c + 3: a-a > 3", "nothing"},
		},
		{
			name:  "level 0 does not pass levels above the base level",
			shape: "0: a-f 1, a-f 1, a-f 1, a-f 1 \n 3: a-c 1 \n 6: d-z 110",
			want:  []string{"3: a-c > 6 moved", "nothing"},
		},
		{
			name:  "level 0 goes first when it is far behind",
			shape: "0: a-f 1, a-f 1, a-f 1, a-f 1, a-f 1, a-f 1, a-f 1, a-f 1 \n 5: a-c 900 \n 6: a-c 1000",
			want:  []string{"0: a-f, a-f, a-f, a-f, a-f, a-f, a-f, a-f + 5: a-c > 5", "nothing"},
		},
		{
			name:  "a table of tombstones is compacted even if its level is small",
			shape: "5: a-c 1, d-e 50 tombs \n 6: a-c 600, d-z 400", want: []string{"5: d-e + 6: d-z > 6", "nothing"},
		},
		{
			name:  "a few tombstones above many entries are not worth a merge",
			shape: "5: a-c 1, d-e 39 tombs \n 6: a-c 600, d-z 400", want: []string{"nothing"},
		},
		{
			name:  "tombstones do not move to the bottom",
			shape: "5: a-c 1, d-e 1 tombs \n 6: x-z 1000", want: []string{"5: d-e > 6", "nothing"},
		},
		{
			name:  "tombstones at the bottom are rewritten where they are",
			shape: "6: a-c 1 tombs, x-z 1000", want: []string{"6: a-c > 6", "nothing"},
		},
		{
			name:  "tombstones at the bottom stay as long as a snapshot sees what they hide",
			shape: "6: a-c 1 tombs, x-z 1000", want: []string{"nothing"}, oldest: 49,
		},
		{
			name:  "a level may have a few small tables",
			shape: "6: a-a 1, b-b 1, c-c 1, d-d 1, e-e 1, f-f 1, g-g 1, h-h 1", want: []string{"nothing"},
		},
		{
			name:  "small tables are merged where that saves the most tables per byte",
			shape: "6: a-a 90, b-b 9, c-c 1, d-d 1, e-e 1, f-f 90, g-g 1, h-h 1, i-i 90, j-j 90",
			want:  []string{"6: c-c, d-d, e-e > 6", "nothing"},
		},
		{
			name:  "merged small tables make half a table at most",
			shape: "6: a-a 300, b-b 300, c-c 300, d-d 300, e-e 300, f-f 300, g-g 300, h-h 300, i-i 260, j-j 240, k-k 300, l-l 300, m-m 300, n-n 300, o-o 300, p-p 300, q-q 300, r-r 300, s-s 300, t-t 300, u-u 300, v-v 300, w-w 300, x-x 300, y-y 300",
			want:  []string{"nothing"},
		},
		{
			name:  "small tables are merged on their way down",
			shape: "5: a-a 3, b-b 3, c-c 3, d-d 3, e-e 3, f-f 3, g-g 3, h-h 3, i-i 3 \n 6: a-z 1100",
			want:  []string{"5: a-a, b-b, c-c, d-d, e-e, f-f, g-g, h-h, i-i > 5", "nothing"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := Picker{Version: parseShape(t, c.shape), Oldest: key.MaxSeq, Limits: smallLimits}
			if c.oldest > 0 {
				p.Oldest = c.oldest
			}
			for _, want := range c.want {
				picked := p.Pick()
				require.Equal(t, want, describe(picked))
				p.Running = append(p.Running, picked)
			}
		})
	}
}

func TestLevel0IsNotStarved(t *testing.T) {
	p := Picker{Limits: smallLimits, Oldest: key.MaxSeq, Version: parseShape(t, `
		0: a-z 1, a-z 1, a-z 1, a-z 1, a-z 1, a-z 1, a-z 1, a-z 1
		5: a-c 300, d-f 300, g-i 300, k-l 1 tombs
		6: a-b 400, e-e 300, g-i 300`)}
	busy := p.compaction(5, 6, p.Version.Levels[5][:1])
	p.Running = []*Compaction{busy}
	require.Equal(t, "nothing", describe(p.Pick()), "level 0 must not have to wait for ever more tables")
	p.Running = nil
	require.Equal(t, 0, p.Pick().Level)
}

// Whatever the level of a compaction, its output refers to a limited number of small blob files.
func TestSmallBlobFilesAreMergedAtEveryLevel(t *testing.T) {
	limits := Limits{SmallBlobs: 2, SmallBlobBytes: 100}
	v, table := &view.Version{}, &view.Table{}
	for num := range uint64(5) {
		f := &view.BlobFile{Num: num}
		f.Size.Store(10 + num)
		v.Blobs, table.Blobs = append(v.Blobs, f), append(table.Blobs, manifest.Blobs{File: num})
	}
	for level := range view.Bottom {
		c := &Compaction{Level: level, Output: level + 1}
		c.Inputs[level] = []*view.Table{table}
		require.GreaterOrEqual(t, len(c.SmallBlobs(v, &limits)), 4, "level %d: four of them become one", level)
	}
}

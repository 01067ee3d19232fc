package judging_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/checker/judging"
	"github.com/lightningdb/lightning-torture/workloads/history/recorded"
)

func judgedFile(t *testing.T, file string, o judging.Options, reading recorded.Options) *judging.Judgement {
	t.Helper()
	f, err := os.Open(file)
	require.NoError(t, err)
	defer f.Close()
	r, err := recorded.Read(f, reading)
	require.NoError(t, err, file)
	return judging.Judge(t.Context(), r, o)
}

// The histories that come with porcupine get the verdicts that its tests state. They are Jepsen's histories of an
// early etcd, in which most values repeat, and those of a store with get, put and append.
func TestHistoriesOfPorcupineAsPublished(t *testing.T) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/anishathalye/porcupine").Output()
	require.NoError(t, err)
	root := string(bytes.TrimSpace(dir))
	text, err := os.ReadFile(filepath.Join(root, "porcupine_test.go"))
	require.NoError(t, err)
	verdicts := map[string]checker.Verdict{"true": checker.Pass, "false": checker.Fail}
	counts := map[string]int{}
	check := func(kind, file, published string) {
		j := judgedFile(t, filepath.Join(root, "test_data", file), judging.Options{}, recorded.Options{})
		require.Equal(t, verdicts[published], j.Verdict, "%s: %s", file, j.Reason)
		counts[kind+published]++
	}
	for _, m := range regexp.MustCompile(`checkJepsen\(t, (\d+), (true|false)\)`).FindAllStringSubmatch(string(text), -1) {
		n, err := strconv.Atoi(m[1])
		require.NoError(t, err)
		check("etcd ", fmt.Sprintf("jepsen/etcd_%03d.log", n), m[2])
	}
	for _, m := range regexp.MustCompile(`checkKv\(t, "([^"]+)", (true|false), true\)`).FindAllStringSubmatch(string(text), -1) {
		check("kv ", "kv/"+m[1]+".txt", m[2])
	}
	require.Equal(t, map[string]int{"etcd true": 23, "etcd false": 79, "kv true": 3, "kv false": 3}, counts)
}

// TestPublishedHistoriesAreJudgedAsTheTableSays needs the histories that ci/published-histories fetches.
func TestPublishedHistoriesAreJudgedAsTheTableSays(t *testing.T) {
	root := os.Getenv("PUBLISHED_HISTORIES")
	if root == "" {
		t.Skip("the histories have not been fetched; run ci/published-histories")
	}
	rows := table(t)
	judgedBy := make([]int, len(rows))
	for _, from := range []string{"jepsen-io/elle/histories", "ligurio/elle-cli/histories", "jepsen-io/knossos/data"} {
		err := filepath.WalkDir(filepath.Join(root, from), func(file string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			name, err := filepath.Rel(root, file)
			require.NoError(t, err)
			found := false
			for i, row := range rows {
				fits, err := path.Match(row.pattern, filepath.ToSlash(name))
				require.NoError(t, err)
				if exact := path.Base(row.pattern) == path.Base(name); !fits || found && !exact {
					continue
				}
				found = true
				judgedBy[i]++
				row.check(t, file)
			}
			require.True(t, found, "the table has no row for %s", name)
			return nil
		})
		require.NoError(t, err)
	}
	for i, n := range judgedBy {
		require.Positive(t, n, "no file fits the row of %s", rows[i].pattern)
	}
	t.Log(judgedBy)
}

// published is a row of the table.
type published struct{ pattern, flags, judge string }

// table reads the rows of PUBLISHED.md, except those of porcupine.
func table(t *testing.T) (rows []published) {
	t.Helper()
	text, err := os.ReadFile("PUBLISHED.md")
	require.NoError(t, err)
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(line, "|")
		if len(cells) != 8 || !strings.Contains(cells[1], "/") || strings.Contains(cells[1], "porcupine") {
			continue
		}
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		rows = append(rows, published{pattern: cells[1] + "/" + cells[2], flags: cells[3], judge: cells[5]})
	}
	require.NotEmpty(t, rows)
	return rows
}

func (p published) check(t *testing.T, file string) {
	t.Helper()
	if p.judge == "" {
		return
	}
	o, reading := judging.Options{}, recorded.Options{}
	flags := strings.Fields(p.flags)
	for i := 0; i+1 < len(flags); i += 2 {
		switch flags[i] {
		case "--model":
			reading.Model = recorded.Model(flags[i+1])
		case "--initial":
			o.Initial = []byte(flags[i+1])
		case "--level":
			for _, l := range judging.Levels() {
				if strings.ReplaceAll(l.String(), " ", "-") == flags[i+1] {
					o.Level = l
				}
			}
		default:
			t.Fatalf("the table has the unknown flag %s", flags[i])
		}
	}
	j := judgedFile(t, file, o, reading)
	require.Equal(t, p.judge, j.Verdict.String(), "%s: %s %v", file, j.Reason, j.Violations)
}

package operations_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// top is the root of the repository.
const top = "../.."

var (
	fenced  = regexp.MustCompile("(?s)```.*?```")
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ (.*)$`)
	quoted  = regexp.MustCompile("`([^`]+)`|\\]\\(([^)]+)\\)")
)

// anchors returns the anchors of the headings of a document, as GitHub makes them.
func anchors(text string) (all []string) {
	dropped := regexp.MustCompile(`[^\w\- ]`)
	for _, h := range heading.FindAllStringSubmatch(fenced.ReplaceAllString(text, ""), -1) {
		all = append(all, strings.ReplaceAll(dropped.ReplaceAllString(strings.ToLower(h[1]), ""), " ", "-"))
	}
	return all
}

// Every link of every document leads to a file that exists, and to a heading that exists in it.
func TestLinksLeadSomewhere(t *testing.T) {
	t.Parallel()
	checked := 0
	require.NoError(t, filepath.WalkDir(top, func(page string, d fs.DirEntry, err error) error {
		if d.IsDir() && strings.HasPrefix(d.Name(), ".") && page != top {
			return filepath.SkipDir
		}
		if err != nil || filepath.Ext(page) != ".md" {
			return err
		}
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		for _, l := range link.FindAllStringSubmatch(fenced.ReplaceAllString(string(text), ""), -1) {
			if strings.Contains(l[1], "://") {
				continue
			}
			path, anchor, _ := strings.Cut(l[1], "#")
			to := page
			if path != "" {
				to = filepath.Join(filepath.Dir(page), path)
			}
			_, err := os.Stat(to)
			require.NoError(t, err, "%s links to %s", page, l[1])
			if anchor != "" && filepath.Ext(to) == ".md" {
				target, err := os.ReadFile(to)
				require.NoError(t, err)
				require.Contains(t, anchors(string(target)), anchor, "%s links to %s", page, l[1])
			}
			checked++
		}
		return nil
	}))
	require.Greater(t, checked, 100, "links")
}

// Every path and every file in the README's map exists. A bare file name is in the folder that was named before it.
func TestTheMapNamesWhatExists(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(top, "README.md"))
	require.NoError(t, err)
	_, places, found := strings.Cut(string(text), "\n## Where things are\n")
	require.True(t, found)
	places, _, _ = strings.Cut(places, "\n## ")
	checked := 0
	for row := range strings.SplitSeq(places, "\n") {
		cells := strings.Split(row, " | ")
		if len(cells) != 2 {
			continue
		}
		folder := ""
		for _, q := range quoted.FindAllStringSubmatch(cells[1], -1) {
			name := q[1] + q[2]
			file := slices.Contains([]string{".go", ".md", ".yml"}, filepath.Ext(name))
			if strings.Contains(name, " ") || !file && !strings.Contains(name, "/") && name != "faultfs" && name != "workloads" && name != "checker" {
				continue // a command or an identifier
			}
			if !strings.Contains(name, "/") && file {
				name = filepath.Join(folder, name)
			}
			stat, err := os.Stat(filepath.Join(top, name))
			require.NoError(t, err, row)
			folder = name
			if !stat.IsDir() {
				folder = filepath.Dir(name)
			}
			checked++
		}
	}
	require.Greater(t, checked, 100, "places")
}

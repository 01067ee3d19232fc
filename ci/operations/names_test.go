//go:build linux

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
	"go.yaml.in/yaml/v3"

	"github.com/lightningdb/lightning-torture/engine/exporter"
	"github.com/lightningdb/lightning-torture/engine/replica/server"
	"github.com/lightningdb/lightning-torture/workloads/soak/metrics"
)

// alert is an alerting rule.
type alert struct {
	Name        string            `yaml:"alert"`
	Expr        string            `yaml:"expr"`
	Labels      map[string]string `yaml:"labels"`
	Annotations map[string]string `yaml:"annotations"`
}

func alertsOf(t *testing.T, file string) (all []alert) {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	var rules struct{ Groups []struct{ Rules []alert } }
	require.NoError(t, yaml.Unmarshal(text, &rules))
	for _, g := range rules.Groups {
		all = append(all, g.Rules...)
	}
	require.NotEmpty(t, all, file)
	return all
}

// ruleFiles returns the files with alert rules, without their tests.
func ruleFiles(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../alerts/*.yml")
	require.NoError(t, err)
	files = slices.DeleteFunc(files, func(f string) bool { return strings.HasSuffix(f, "_test.yml") })
	require.NotEmpty(t, files)
	return files
}

// known returns the names of all series that the code exports.
func known() map[string]bool {
	names := map[string]bool{}
	for _, m := range metrics.Metrics() {
		names[m.Name] = true
	}
	for _, m := range server.Metrics() {
		names[m.Name] = true
	}
	for _, m := range exporter.Metrics() {
		names[m.Name] = true
		if m.Kind == exporter.Histogram {
			for _, part := range []string{"_bucket", "_sum", "_count"} {
				names[m.Name+part] = true
			}
		}
	}
	return names
}

// named matches the names of series of the project.
var named = regexp.MustCompile(`\b(?:lightning|torture)_[a-z0-9_]*[a-z0-9]\b`)

// Commands in a runbook may grep for the start of a name.
func TestEveryMetricThatIsNamedExists(t *testing.T) {
	t.Parallel()
	names := known()
	begins := func(name string) bool {
		for full := range names {
			if strings.HasPrefix(full, name) {
				return true
			}
		}
		return false
	}
	seen := 0
	for _, dir := range []string{"../alerts", "../dashboards", "../runbooks"} {
		require.NoError(t, filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			for _, name := range named.FindAllString(string(text), -1) {
				seen++
				require.True(t, names[name] || strings.HasSuffix(path, ".md") && begins(name), "%s names %s, which the code does not export", path, name)
			}
			return nil
		}))
	}
	require.Greater(t, seen, 100)
}

func TestEveryAlertHasARunbook(t *testing.T) {
	t.Parallel()
	var wanted []string
	for _, file := range ruleFiles(t) {
		for _, a := range alertsOf(t, file) {
			page := a.Name + ".md"
			wanted = append(wanted, page)
			require.Equal(t, "https://github.com/lightningdb/lightning-torture/blob/main/ci/runbooks/"+page, a.Annotations["runbook_url"], a.Name)
			require.NotEmpty(t, a.Annotations["summary"], a.Name)
			require.Contains(t, []string{"critical", "warning", "info"}, a.Labels["severity"], a.Name)
		}
	}
	pages, err := filepath.Glob("../runbooks/*.md")
	require.NoError(t, err)
	var found []string
	for _, page := range pages {
		if base := filepath.Base(page); base != "README.md" {
			found = append(found, base)
		}
	}
	slices.Sort(wanted)
	require.Equal(t, wanted, found, "there is exactly one runbook per alert")
}

func TestRunbooksHaveTheSameHeadings(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob("../runbooks/[A-Z]*[a-z].md")
	require.NoError(t, err)
	for _, page := range pages {
		if filepath.Base(page) == "README.md" {
			continue
		}
		var found []string
		for _, s := range sections(t, page) {
			found = append(found, s.heading)
			require.NotEmpty(t, strings.TrimSpace(s.text), "%s has no text under %q", page, s.heading)
			if i := slices.Index(headings, s.heading); i == 2 || i == 4 {
				require.NotEmpty(t, s.commands, "%s has no command under %q", page, s.heading)
			}
		}
		require.Equal(t, headings, found, page)
	}
}

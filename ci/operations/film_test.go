//go:build linux

package operations_test

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// film is what Prometheus would have scraped from processes, one frame per minute. It begins in 1970, as promtool expects.
type film struct {
	job    string
	rules  string    // a file in ../alerts
	began  time.Time // time of the first frame on the clock of the processes
	series map[string][]string
	frames int
}

func newFilm(job, rules string) *film {
	return &film{job: job, rules: rules, series: map[string][]string{}}
}

// shoot adds a frame of one process.
func (f *film) shoot(t *testing.T, url string) map[string]float64 {
	t.Helper()
	found := f.scrape(t, url, "here")
	f.frames++
	return found
}

// scrape adds the metrics that the process at url serves to the frame. If it does not answer, up is 0, as in Prometheus.
func (f *film) scrape(t *testing.T, url, instance string) map[string]float64 {
	t.Helper()
	found := map[string]float64{}
	client := http.Client{Timeout: time.Minute}
	answer, err := client.Get(url + "/metrics")
	if err == nil {
		page, readErr := io.ReadAll(answer.Body)
		require.NoError(t, readErr)
		require.NoError(t, answer.Body.Close())
		require.Equal(t, http.StatusOK, answer.StatusCode, string(page))
		found = samples(t, string(page))
	}
	labels := fmt.Sprintf("job=%q,instance=%q", f.job, instance)
	up := "1"
	if err != nil {
		up = "0"
	}
	f.add("up{"+labels+"}", up)
	for name, value := range found {
		base, rest, labelled := strings.Cut(name, "{")
		if strings.HasSuffix(base, "_timestamp_seconds") {
			value -= float64(f.began.Unix())
		}
		if !labelled {
			rest = "}"
		} else {
			rest = "," + rest
		}
		f.add(base+"{"+labels+rest, strconv.FormatFloat(value, 'g', -1, 64))
	}
	return found
}

func (f *film) add(series, value string) {
	for len(f.series[series]) < f.frames {
		f.series[series] = append(f.series[series], "_")
	}
	f.series[series] = append(f.series[series], value)
}

// samples parses a page in the text format of Prometheus.
func samples(t *testing.T, page string) map[string]float64 {
	t.Helper()
	found := map[string]float64{}
	for line := range strings.Lines(page) {
		if at := strings.LastIndexByte(line, ' '); at > 0 && line[0] != '#' {
			value, err := strconv.ParseFloat(strings.TrimSpace(line[at:]), 64)
			require.NoError(t, err, line)
			found[line[:at]] = value
		}
	}
	return found
}

// The input of promtool test rules.
type (
	suite struct {
		Rules    []string `yaml:"rule_files"`
		Interval string   `yaml:"evaluation_interval"`
		Tests    []scene  `yaml:"tests"`
	}
	scene struct {
		Interval  string     `yaml:"interval"`
		Input     []input    `yaml:"input_series"`
		Questions []question `yaml:"promql_expr_test"`
	}
	input struct {
		Series string `yaml:"series"`
		Values string `yaml:"values"`
	}
	question struct { // with no expected samples
		Expr string `yaml:"expr"`
		At   string `yaml:"eval_time"`
	}
)

// firing returns the alerts that fire at the last frame, in the order of the rules. promtool is told to expect none, so its
// error names those that fire.
func (f *film) firing(t *testing.T) []string {
	t.Helper()
	tool := promtool(t)
	rules, err := filepath.Abs(filepath.Join("../alerts", f.rules))
	require.NoError(t, err)
	alerts := alertsOf(t, rules)
	asked := scene{Interval: "1m"}
	for _, name := range slices.Sorted(maps.Keys(f.series)) {
		base, _, _ := strings.Cut(name, "{")
		if slices.ContainsFunc(alerts, func(a alert) bool { return strings.Contains(a.Expr, base) }) {
			asked.Input = append(asked.Input, input{name, strings.Join(f.series[name], " ")})
		}
	}
	expr := func(a alert) string { return fmt.Sprintf(`count(ALERTS{alertname="%s",alertstate="firing"})`, a.Name) }
	for _, a := range alerts {
		asked.Questions = append(asked.Questions, question{expr(a), fmt.Sprintf("%dm", f.frames-1)})
	}
	text, err := yaml.Marshal(suite{[]string{rules}, "1m", []scene{asked}})
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "film.yml")
	require.NoError(t, os.WriteFile(file, text, 0o600))
	answer, err := exec.Command(tool, "test", "rules", file).CombinedOutput()
	if err == nil {
		return nil
	}
	var found []string
	for _, a := range alerts {
		if strings.Contains(string(answer), strconv.Quote(expr(a))) {
			found = append(found, a.Name)
		}
	}
	require.NotEmpty(t, found, "promtool did not evaluate the rules: %s", answer)
	return found
}

// promtool returns its path, or skips the test.
func promtool(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("needs promtool, which is in Debian's package prometheus")
	}
	return path
}

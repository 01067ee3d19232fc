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

// film is what Prometheus would have scraped of one process, a frame a minute.
type film struct {
	job    string
	rules  string // a file in ../alerts
	series map[string][]string
	frames int
}

func newFilm(job, rules string) *film {
	return &film{job: job, rules: rules, series: map[string][]string{}}
}

// shoot adds what the process at url shows now. If it does not answer, up is 0, as in Prometheus.
func (f *film) shoot(t *testing.T, url string) map[string]float64 {
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
	labels := fmt.Sprintf("job=%q,instance=\"here\"", f.job)
	up := "1"
	if err != nil {
		up = "0"
	}
	f.add("up{"+labels+"}", up)
	for name, value := range found {
		base, rest, labelled := strings.Cut(name, "{")
		if strings.HasSuffix(base, "_timestamp_seconds") && value > 0 { // a film begins in 1970
			value += float64(60*f.frames) - float64(time.Now().UnixNano())/1e9
		}
		if !labelled {
			rest = "}"
		} else {
			rest = "," + rest
		}
		f.add(base+"{"+labels+rest, strconv.FormatFloat(value, 'g', -1, 64))
	}
	f.frames++
	return found
}

func (f *film) add(series, value string) {
	for len(f.series[series]) < f.frames {
		f.series[series] = append(f.series[series], "_")
	}
	f.series[series] = append(f.series[series], value)
}

// samples reads a page in the text format of Prometheus.
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

// firing says, for each alert that may fire, whether it does at a frame. promtool compares, so it is asked about each alert.
func (f *film) firing(t *testing.T, frame int) []string {
	t.Helper()
	tool := promtool(t)
	dir := t.TempDir()
	rules, err := filepath.Abs(filepath.Join("../alerts", f.rules))
	require.NoError(t, err)
	var found []string
	for _, alert := range alertsOf(t, rules) {
		type sample struct {
			Labels string  `yaml:"labels"`
			Value  float64 `yaml:"value"`
		}
		type question struct {
			Expr    string   `yaml:"expr"`
			At      string   `yaml:"eval_time"`
			Samples []sample `yaml:"exp_samples"`
		}
		type input struct {
			Series string `yaml:"series"`
			Values string `yaml:"values"`
		}
		type test struct {
			Interval  string     `yaml:"interval"`
			Input     []input    `yaml:"input_series"`
			Questions []question `yaml:"promql_expr_test"`
		}
		asked := test{Interval: "1m", Questions: []question{{
			Expr: fmt.Sprintf("count(ALERTS{alertname=%q,alertstate=\"firing\"})", alert.Name), At: fmt.Sprintf("%dm", frame),
		}}}
		for _, name := range slices.Sorted(maps.Keys(f.series)) {
			base, _, _ := strings.Cut(name, "{")
			if strings.Contains(alert.Expr, strings.TrimSuffix(base, "_bucket")) {
				asked.Input = append(asked.Input, input{name, strings.Join(f.series[name], " ")})
			}
		}
		text, err := yaml.Marshal(map[string]any{
			"rule_files": []string{rules}, "evaluation_interval": "1m", "tests": []test{asked},
		})
		require.NoError(t, err)
		file := filepath.Join(dir, alert.Name+".yml")
		require.NoError(t, os.WriteFile(file, text, 0o600))
		answer, err := exec.Command(tool, "test", "rules", file).CombinedOutput()
		if err == nil {
			continue // it expected no sample
		}
		require.Contains(t, string(answer), "got:", "promtool must have evaluated the rule of %s: %s", alert.Name, answer)
		found = append(found, alert.Name)
	}
	return found
}

// promtool returns its path, or skips the test.
func promtool(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("promtool is not installed: it comes with Debian's package prometheus")
	}
	return path
}

//go:build linux

package operations_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

func TestPromtoolAcceptsTheRules(t *testing.T) {
	t.Parallel()
	tool := promtool(t)
	for _, file := range ruleFiles(t) {
		for _, args := range [][]string{{"check", "rules", file}, {"test", "rules", cases(file)}} {
			said, err := exec.Command(tool, args...).CombinedOutput()
			require.NoError(t, err, "promtool %s: %s", strings.Join(args, " "), said)
		}
	}
}

// cases returns the file with the test cases of a file of rules.
func cases(file string) string { return strings.TrimSuffix(file, ".yml") + "_test.yml" }

// Without both kinds of cases, an alert that never fires or always fires would pass.
func TestEveryAlertHasACaseInWhichItFiresAndOneInWhichItIsSilent(t *testing.T) {
	t.Parallel()
	for _, file := range ruleFiles(t) {
		text, err := os.ReadFile(cases(file))
		require.NoError(t, err)
		var suite struct {
			Tests []struct {
				Rules []struct {
					Alert    string `yaml:"alertname"`
					Expected []any  `yaml:"exp_alerts"`
				} `yaml:"alert_rule_test"`
			}
		}
		require.NoError(t, yaml.Unmarshal(text, &suite))
		fires, silent := map[string]bool{}, map[string]bool{}
		for _, test := range suite.Tests {
			for _, r := range test.Rules {
				if len(r.Expected) > 0 {
					fires[r.Alert] = true
				} else {
					silent[r.Alert] = true
				}
			}
		}
		for _, a := range alertsOf(t, file) {
			require.True(t, fires[a.Name], "%s: %s fires in no case", filepath.Base(file), a.Name)
			require.True(t, silent[a.Name], "%s: %s is silent in no case", filepath.Base(file), a.Name)
		}
	}
}

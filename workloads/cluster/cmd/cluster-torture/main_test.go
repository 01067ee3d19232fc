package main

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/cluster"
	"github.com/lightningdb/lightning-torture/workloads/cluster/finding"
)

// call runs the command.
func call(t *testing.T, args ...string) (out string, err error) {
	t.Helper()
	c, to := command(), bytes.Buffer{}
	c.SetArgs(args)
	c.SetOut(&to)
	err = c.ExecuteContext(t.Context())
	return to.String(), err
}

func TestAPassIsPrinted(t *testing.T) {
	out, err := call(t, "--seeds", "3", "--steps", "200")
	require.NoError(t, err)
	assert.Contains(t, out, "PASS  1 runs of 200 steps\n")
	out, err = call(t, "--seeds", "3..4", "--steps", "200", "--format", "json")
	require.NoError(t, err)
	r := result{}
	require.NoError(t, json.Unmarshal([]byte(out), &r))
	assert.Equal(t, "PASS", r.Verdict)
	assert.Equal(t, 2, r.Runs)
	assert.Positive(t, r.Figures.Acked)
}

func TestATokenOfAFixedBugDiverges(t *testing.T) {
	spec := cluster.Spec{Seed: 3, Steps: 100, Profile: faultfs.PosixMin(), Wanted: cluster.WordVote}
	spec.EnsureDefaults()
	_, err := call(t, "--replay", finding.Token(&spec))
	require.ErrorIs(t, err, errDiverged)
}

func TestBadUsageIsReported(t *testing.T) {
	for _, args := range [][]string{
		{"--seeds", "x"}, {"--seeds", "3..2"}, {"--steps", "0"}, {"--nodes", "99"}, {"--format", "xml"}, {"--replay", "CT1-000"}, {"--replay", "nothing"}, {"extra"},
	} {
		_, err := call(t, args...)
		require.ErrorIs(t, err, errUsage, "%v", args)
	}
}

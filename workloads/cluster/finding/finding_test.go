package finding_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/cluster"
	"github.com/lightningdb/lightning-torture/workloads/cluster/finding"
)

// What a lab with a planted bug finds is tested in package cluster.

func TestAViolationThatDoesNotShowAgainIsNotShrunk(t *testing.T) {
	spec := cluster.Spec{Seed: 7, Steps: 100}
	spec.EnsureDefaults()
	out, err := cluster.Run(t.Context(), spec)
	require.NoError(t, err)
	claimed := []cluster.Violation{
		{Class: cluster.Leaders, Step: 60, Sentence: "two leaders"}, {Class: cluster.WordVote, Step: 50, Node: 1, Sentence: "two votes"},
	}
	f := finding.Of(t.Context(), spec, claimed, out.Events)
	assert.Nil(t, f.Shrunk)
	assert.Empty(t, f.Token)
	assert.Equal(t, claimed[1], f.Violation, "what is about the disk of one node comes first")
	assert.Equal(t, []string{"step 60: two leaders"}, f.Also)
	text := bytes.Buffer{}
	f.Write(&text)
	assert.Contains(t, text.String(), "✗ step 50: two votes\n")
}

func TestNothingRunsOnceTheContextIsDone(t *testing.T) {
	done, cancel := context.WithCancel(t.Context())
	cancel()
	spec := example()
	f := finding.Of(done, spec, []cluster.Violation{{Class: cluster.Leaders, Step: 60, Sentence: "two leaders"}}, spec.Events)
	assert.Nil(t, f.Shrunk)
	assert.Nil(t, finding.Replay(done, spec))
}

func TestASavedFindingIsLoaded(t *testing.T) {
	t.Parallel()
	spec := example()
	f := finding.Finding{Seed: 3, Token: finding.Token(&spec), Violation: cluster.Violation{Class: cluster.WordVote}}
	dir := filepath.Join(t.TempDir(), "new")
	name, err := f.Save(dir)
	require.NoError(t, err)
	for _, text := range []string{name, f.Token} {
		got, err := finding.Load(text)
		require.NoError(t, err)
		assert.Equal(t, spec, got)
	}
	other := filepath.Join(dir, "other.json")
	require.NoError(t, os.WriteFile(other, []byte("{"), 0o600))
	for _, text := range []string{other, filepath.Join(dir, "missing.json"), "", string(make([]byte, 5000))} {
		_, err := finding.Load(text)
		require.ErrorIs(t, err, finding.ErrBadToken, text)
	}
}

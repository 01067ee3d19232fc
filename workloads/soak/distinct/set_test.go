package distinct_test

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/soak/distinct"
)

func hashes(seed uint64, n int) distinct.Hashes {
	rng, all := rand.New(rand.NewPCG(seed, 0)), make(distinct.Hashes, n)
	for i := range all {
		all[i] = rng.Uint64()
	}
	return all
}

func TestCountsAreExactWhileTheyAreSmall(t *testing.T) {
	t.Parallel()
	var s distinct.Set
	for range 3 {
		for _, h := range hashes(1, distinct.Max-1) {
			s.Add(h)
		}
		require.Equal(t, distinct.Max-1, s.Len())
	}
}

func TestLargeCountsAreEstimates(t *testing.T) {
	t.Parallel()
	const n = 20 * distinct.Max
	var s distinct.Set
	before := 0
	for _, h := range hashes(2, n) {
		s.Add(h)
		require.GreaterOrEqual(t, s.Len(), before)
		before = s.Len()
	}
	assert.InEpsilon(t, n, s.Len(), 0.03) // four standard errors, and the seed is fixed
}

func TestSetsAreUnited(t *testing.T) {
	t.Parallel()
	const n, shards = 3 * distinct.Max, 3
	all := hashes(3, n)
	var one, united distinct.Set
	for _, h := range all {
		one.Add(h)
	}
	stored := 0
	for shard := range shards {
		var s distinct.Set
		for from := 0; from < n; from += 500 { // a cell, half of which the other shards see as well
			cell := append(distinct.Hashes{}, all[from:min(n, from+500)]...)
			if from/500%shards != shard {
				cell = cell[:len(cell)/2]
			}
			unseen := s.Unseen(cell)
			stored += len(unseen)
			for _, h := range cell {
				s.Add(h)
			}
			assert.Empty(t, s.Unseen(cell))
			for _, h := range unseen {
				united.Add(h)
			}
		}
	}
	assert.Equal(t, one, united, "what was left out of a cell changes no set")
	assert.Less(t, stored, n*2, "cells store what other cells of their shard have stored")
}

func TestHashesInJSON(t *testing.T) {
	t.Parallel()
	h := distinct.Hashes{0, 1, 1<<64 - 1}
	text, err := json.Marshal(h)
	require.NoError(t, err)
	assert.Equal(t, `"AAAAAAAAAAAAAAAAAAAAAf//////////"`, string(text))
	var again distinct.Hashes
	require.NoError(t, json.Unmarshal(text, &again))
	assert.Equal(t, h, again)
	_, err = json.Marshal(make(distinct.Hashes, distinct.Max+1))
	require.ErrorContains(t, err, "16385 hashes; at most 16384 are allowed")
	require.ErrorContains(t, json.Unmarshal([]byte(`"AAAA"`), &again), "hashes of 3 bytes")
	require.ErrorContains(t, json.Unmarshal([]byte(`"`+strings.Repeat("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", distinct.Max/3+1)+`"`), &again), "at most 174764")
	require.Error(t, json.Unmarshal([]byte("7"), &again))
}

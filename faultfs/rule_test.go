package faultfs_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
)

var epoch = time.Unix(0, 0)

// Every rule that can be built from its parts reads back as itself.
func TestRulesRoundTrip(t *testing.T) {
	t.Parallel()
	rng, seen := rand.New(rand.NewPCG(1, 2)), map[faultfs.Effect]int{}
	maybe := func() uint64 { return rng.Uint64() >> rng.IntN(64) * rng.Uint64N(2) }
	globs := []string{"", "*", "*.log", "MANIFEST-[0-9]*", "a?b", `\*`}
	for range 5000 {
		rule := &faultfs.Rule{
			Effect: faultfs.EIO + faultfs.Effect(rng.IntN(6)), Op: faultfs.OpKind(rng.IntN(int(faultfs.OpRest) + 1)),
			Glob: globs[rng.IntN(len(globs))], Seed: maybe(), After: maybe(), Before: maybe(),
		}
		if rule.Effect != faultfs.BitFlip {
			rule.Nth, rule.Every, rule.Times = maybe(), maybe(), maybe()
			rule.Prob = rng.Float64() * float64(rng.IntN(2))
		}
		got, err := faultfs.ParseRule(rule.String())
		if err != nil {
			require.ErrorContains(t, err, "cannot happen to", "the only thing that can be wrong")
			continue
		}
		require.Equal(t, rule, got)
		require.Equal(t, rule.String(), got.String())
		seen[rule.Effect]++
	}
	require.Len(t, seen, 6, "every effect")
}

func TestBadRulesNameThePartAndTheChoices(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                       "want EFFECT OPERATION",
		"eio":                    "want EFFECT OPERATION",
		"eoi write":              `unknown effect "eoi"; choose one of eio, enospc, short, lost, failed, bitflip`,
		"none write":             `unknown effect "none"; choose one of eio`,
		"eio writes":             `unknown operation "writes"; choose one of create, link, remove`,
		"eio rest":               "eio cannot happen to rest; choose one of create, link, remove",
		"lost write":             "lost cannot happen to write; choose one of sync",
		"short sync":             "short cannot happen to sync; choose one of write",
		"enospc read":            "enospc cannot happen to read; choose one of create, link, write, truncate, rename, sync",
		"bitflip write":          "bitflip cannot happen to write; choose one of rest",
		"eio write a b":          `"b" is neither the glob nor key=value`,
		"eio write nth=1 a":      `"a" is neither the glob nor key=value`,
		"eio write a/b":          `glob "a/b" has a slash`,
		"eio write [":            `glob "[": syntax error in pattern`,
		"eio write nth=x":        "nth=x is not a whole number",
		"eio write nth=-1":       "nth=-1 is not a whole number",
		"eio write nth=0":        "nth=0 would never hit",
		"eio write nth=":         "nth= is not a whole number",
		"eio write prob=0":       "prob=0 is not a probability in (0, 1]",
		"eio write prob=NaN":     "prob=NaN is not a probability",
		"eio write prob=1.5":     "prob=1.5 is not a probability",
		"eio write nht=3":        `unknown key "nht"; choose one of nth, every, prob, seed, times, after, before`,
		"eio write nth=1 nth=2":  "nth is given twice",
		"bitflip rest * every=2": "every does not fit bitflip",
	} {
		_, err := faultfs.ParseRule(text)
		require.ErrorIs(t, err, faultfs.ErrRule, text)
		require.ErrorContains(t, err, want)
	}
}

func FuzzParseRule(f *testing.F) {
	for _, text := range []string{
		"eio write", "failed sync *.log nth=3 after=500", "bitflip rest *.sst seed=7",
		"enospc write every=2 times=9 before=1",
		"short write prob=0.5 seed=1", "lost sync prob=1e-3", "eio write a/b", "eio rest", "eio write nth=0",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rule, err := faultfs.ParseRule(text)
		if err != nil {
			require.ErrorIs(t, err, faultfs.ErrRule)
			return
		}
		again, err := faultfs.ParseRule(rule.String())
		require.NoError(t, err, "%q printed as %q", text, rule)
		require.Equal(t, rule, again)
		require.Equal(t, rule, rule.Clone())
	})
}

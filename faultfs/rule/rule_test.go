package rule_test

import (
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs/rule"
	"github.com/lightningdb/lightning-torture/faultfs/trace"
)

// Every rule that can be built from its parts parses back to itself.
func TestRulesRoundTrip(t *testing.T) {
	t.Parallel()
	rng, seen := rand.New(rand.NewPCG(1, 2)), map[string]int{}
	maybe := func() uint64 { return rng.Uint64() >> rng.IntN(64) * rng.Uint64N(2) }
	globs := []string{"", "*", "*.log", "MANIFEST-[0-9]*", "a?b", `\*`}
	for range 20_000 {
		r := &rule.Rule{
			Effect: trace.EIO + trace.Effect(rng.IntN(15)), Op: trace.OpKind(rng.IntN(int(trace.OpExchange) + 1)),
			Glob: globs[rng.IntN(len(globs))], Seed: maybe(), After: maybe(), Before: maybe(),
		}
		if !r.AtRest() {
			r.Nth, r.From, r.Every, r.Times = maybe(), maybe(), maybe(), maybe()
			r.Prob = rng.Float64() * float64(rng.IntN(2))
		}
		switch r.Effect {
		case trace.Slow:
			r.Millis = 1 + rng.Uint64N(3_600_000)
		case trace.Stall:
			r.Millis = rng.Uint64N(3_600_001)
		case trace.EMFILE:
			r.Files = maybe()
		case trace.FailedSync:
			r.As = trace.Failure(rng.IntN(int(trace.Btrfs) + 1))
		case trace.ENOSPC:
			if r.Op == trace.OpWrite || r.Op == trace.OpAny {
				r.Bytes = maybe()
			}
		default:
		}
		got, err := rule.ParseRule(r.String())
		if err != nil {
			require.ErrorContains(t, err, "cannot happen to", "no other error is possible for this rule")
			continue
		}
		require.Equal(t, r, got)
		require.Equal(t, r.String(), got.String())
		seen[r.Key()]++
	}
	require.Len(t, seen, 4*14+8+11+2+3+2+3+4+3+3+1+2, "every effect is covered with every operation that it can hit")
}

func TestBadRulesNameThePartAndTheChoices(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                       "want EFFECT OPERATION",
		"eio":                    "want EFFECT OPERATION",
		"eoi write":              `unknown effect "eoi"; choose one of eio, enospc, short, lost, failed, bitflip, eintr`,
		"none write":             `unknown effect "none"; choose one of eio`,
		"eio writes":             `unknown operation "writes"; choose one of create, link, remove`,
		"eio rest":               "eio cannot happen to rest; choose one of create, link, remove",
		"lost write":             "lost cannot happen to write; choose one of sync, any",
		"short sync":             "short cannot happen to sync; choose one of write, read, any",
		"enospc read":            "enospc cannot happen to read; choose one of create, link, write, truncate, rename, exchange, setxattr, sync, any",
		"bitflip sync":           "bitflip cannot happen to sync; choose one of rest, write, read, any",
		"truncated any":          "truncated cannot happen to any; choose one of rest",
		"eio writeback":          "eio cannot happen to writeback; choose one of",
		"slow write":             "slow wants ms=N",
		"slow write ms=0":        "ms=0 would never hit",
		"stall any ms=3600001":   "ms=3600001 is too long; the limit is 3600000, an hour",
		"eio write ms=5":         "ms does not fit eio write; choose one of nth, from, every, prob, seed, times, after, before",
		"enospc sync bytes=5":    "bytes does not fit enospc sync",
		"eio open files=5":       "files does not fit eio open",
		"eio sync as=xfs":        "as does not fit eio sync",
		"failed sync as=zfs":     "unknown failure as=zfs; choose one of ext4-ordered, ext4-journal, xfs, btrfs",
		"failed sync as=any":     "unknown failure as=any",
		"stale rest from=3":      "from does not fit stale rest; choose one of seed, after, before",
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
		"eio write nht=3":        `unknown key "nht"; choose one of nth, from, every, prob, seed, times, after, before`,
		"eio write nth=1 nth=2":  "nth is given twice",
		"bitflip rest * every=2": "every does not fit bitflip rest; choose one of seed, after, before",
	} {
		_, err := rule.ParseRule(text)
		require.ErrorIs(t, err, rule.ErrRule, text)
		require.ErrorContains(t, err, want)
	}
}

// Every example in the manual is a rule, and every word of the grammar is in the manual.
func TestTheManualMatchesTheGrammar(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../FAULTS.md")
	require.NoError(t, err)
	parts := strings.Split(string(text), "```")
	require.Len(t, parts, 5, "the manual has a grammar and examples")
	for line := range strings.Lines(strings.TrimSpace(parts[3])) {
		example, _, _ := strings.Cut(line, "    ")
		_, err := rule.ParseRule(example)
		require.NoError(t, err)
	}
	words := []string{"as"}
	for e := range trace.Effect(16) {
		words = append(words, e.String())
	}
	for k := range trace.OpExchange + 1 {
		words = append(words, k.String())
	}
	_, err = rule.ParseRule("eio write nosuchkey=1")
	_, choices, _ := strings.Cut(err.Error(), "choose one of ")
	for _, word := range append(words[2:], strings.Split(choices, ", ")...) {
		require.Regexp(t, "`"+word+"[`= ]", string(text))
	}
}

func FuzzParseRule(f *testing.F) {
	for _, text := range []string{
		"eio write", "failed sync *.log nth=3 after=500", "bitflip rest *.sst seed=7",
		"enospc write every=2 times=9 before=1",
		"enospc any bytes=65536 after=9", "emfile open files=3", "slow any ms=5", "stall sync", "evict read from=2",
		"failed sync as=btrfs", "failed writeback *.log as=xfs every=3", "readonly any after=7", "stale rest",
		"misplaced write seed=2", "short write prob=0.5 seed=1", "lost sync prob=1e-3", "eio write a/b", "eio rest", "eio write nth=0",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := rule.ParseRule(text)
		if err != nil {
			require.ErrorIs(t, err, rule.ErrRule)
			return
		}
		again, err := rule.ParseRule(r.String())
		require.NoError(t, err, "%q printed as %q", text, r)
		require.Equal(t, r, again)
		require.Equal(t, r, r.Clone())
	})
}

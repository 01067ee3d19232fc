package targets_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// pair is a publicly known bug of a released engine, with a version that has it and one that does not. The name is the
// one in workloads/TRACKRECORD.md, which has the analysis.
type pair struct {
	name     string
	known    string // where it was published
	affected released
	fixed    string // the version without it
	finding  string // pattern for the sentence of a finding of this bug and no other
}

const (
	goleveldb = "github.com/syndtr/goleveldb"
	pogreb    = "github.com/akrylysov/pogreb"
	raftwal   = "github.com/hashicorp/raft-wal"
)

// pairs are bugs that the default run of a target finds. No seed, rule or workload was made for any of them.
var pairs = []pair{
	{
		"L3", "https://github.com/syndtr/goleveldb/pull/351",
		released{"goleveldb", goleveldb, "v1.0.1-0.20190919053145-166222840a9a"},
		"v1.0.1-0.20210819022825-2ae1ddf74ef7",
		`(?mi)^The store cannot be recovered after the crash: .*manifest corrupted \(field 'comparer'\): missing`,
	},
	{
		"G4", "https://github.com/akrylysov/pogreb/issues/63",
		released{"pogreb", pogreb, "v0.10.1"},
		"v0.10.2",
		`(?mi)^Opened again on a healthy disk after a recovery with a failing call .*: opening index meta: EOF`,
	},
	{
		"R3", "https://github.com/hashicorp/raft-wal/issues/31",
		released{"raftwal", raftwal, "v0.4.0"},
		"v0.4.1",
		`(?mi)^The store cannot be recovered after the crash: .*sealed segment has no index block`,
	},
	{
		"R4", "https://github.com/hashicorp/raft-wal/pull/32",
		released{"raftwal", raftwal, "v0.4.0"},
		"v0.4.1",
		`(?mi)^No call failed any more after .*: non-monotonic append to segment with BaseIndex`,
	},
	{
		"R5", "https://github.com/hashicorp/raft-wal/pull/24",
		released{"raftwal", raftwal, "v0.2.4"},
		"v0.3.0",
		`(?mi)^The engine panicked: runtime error: index out of range`,
	},
}

func TestTheTrackRecordHasThePairs(t *testing.T) {
	record, err := os.ReadFile("../TRACKRECORD.md")
	require.NoError(t, err)
	for _, p := range pairs {
		assert.Contains(t, string(record), p.known, p.name)
		assert.Contains(t, string(record), "- **"+p.name+". ")
		_, err := regexp.Compile(p.finding)
		assert.NoError(t, err)
	}
}

// TestTheTrackRecordHasThePairsOfPrograms checks the bugs that exec finds: ci/programs --pairs.
func TestTheTrackRecordHasThePairsOfPrograms(t *testing.T) {
	record, err := os.ReadFile("../TRACKRECORD.md")
	require.NoError(t, err)
	script, err := os.ReadFile("../../ci/programs")
	require.NoError(t, err)
	links := regexp.MustCompile(`(?m)^\tpair \S+ (\S+)`).FindAllStringSubmatch(string(script), -1)
	require.NotEmpty(t, links)
	for _, link := range links {
		assert.Contains(t, string(record), link[1])
	}
}

// TestPublicBugsAreFoundInTheVersionsThatHaveThem takes minutes for each pair.
func TestPublicBugsAreFoundInTheVersionsThatHaveThem(t *testing.T) {
	if os.Getenv("LIGHTNING_NIGHTLY") == "" {
		t.Skip("slow: tortures a dozen releases, minutes each; set LIGHTNING_NIGHTLY=1")
	}
	results := map[released]*torture.Result{}
	tortured := func(r released) *torture.Result {
		if results[r] == nil {
			results[r] = r.defaultRun(t)
		}
		return results[r]
	}
	for _, p := range pairs {
		t.Run(p.name, func(t *testing.T) {
			fixed := p.affected
			fixed.version = p.fixed
			find := regexp.MustCompile(p.finding)
			assert.Regexp(t, find, sentences(tortured(p.affected)), "%s in %s", p.known, p.affected.version)
			assert.NotRegexp(t, find, sentences(tortured(fixed)), "%s in %s", p.known, p.fixed)
		})
	}
}

// sentences returns the sentences of all findings, one per line.
func sentences(r *torture.Result) string {
	var all []string
	for _, f := range r.Findings {
		all = append(all, f.Sentence)
	}
	return strings.Join(all, "\n")
}

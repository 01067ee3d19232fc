package audits

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/hints"
)

func TestText(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		report hints.Report
		want   string
	}{
		"everything is durable": {
			hints.Report{Acknowledgements: 1},
			"At every acknowledgement (1 in all), everything that the store had done was durable.\n",
		},
		"something is not": {
			hints.Report{Acknowledgements: 3, Hints: []hints.Hint{{Sentence: "put #1\x1b: the write", Count: 2}}},
			"put #1\\x1b: the write  (at 2 of 3 acknowledgements)\n\nThese are hints, not findings: the store may not need them to keep its promises.\n",
		},
		"nothing was promised, and a run ended early": {
			hints.Report{Engine: "e", Runs: []hints.Workload{{Name: "kv", Ended: "it panicked"}}},
			"The run of workload kv ended early, without a verdict: it panicked\n" +
				"Nothing to audit: e does not promise that any acknowledged commit survives a power cut.\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			require.NoError(t, Text(&out, &c.report))
			require.Equal(t, c.want, out.String())
		})
	}
}

package program_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A checker says the same of a note without a name and of one without its text. Each of the two missing syncs has a finding.
func TestCausesWithTheSameSentenceAreToldApart(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		fileSync, dirSync bool
		missing           []string
	}{
		{false, false, []string{"rename", "write"}}, {true, false, []string{"rename"}}, {false, true, []string{"write"}},
	} {
		result := torture(t, notes{vague: true, fileSync: row.fileSync, dirSync: row.dirSync})
		var missing []string
		for _, f := range result.Findings {
			require.NotNil(t, f.Explanation)
			require.NotNil(t, f.Explanation.Missing)
			missing = append(missing, f.Explanation.Missing.Op)
			assert.Regexp(t, "note. is wrong", f.Sentence)
			if row.fileSync || row.dirSync {
				continue
			}
			// Of two causes, the second is not blamed for what the first does under another profile.
			assert.Equal(t, len(missing) == 1, f.Profiles["lose-all"] == "fails", f.ProfilesSentence)
			assert.Equal(t, f.ShownOf, f.Shown)
		}
		assert.ElementsMatch(t, row.missing, missing, "%+v", row)
	}
}

// The last note is missing after any crash, whatever the disk keeps. A note without a name, which is missing after other crashes, has
// a finding of its own.
func TestALossIsFoundBesideAFailureThatNeedsNone(t *testing.T) {
	t.Parallel()
	result := torture(t, notes{vague: true, fileSync: true, forgets: true})
	var why []string
	for _, f := range result.Findings {
		require.NotNil(t, f.Explanation)
		why = append(why, f.Explanation.Sentence)
	}
	require.Len(t, why, 2)
	assert.Contains(t, strings.Join(why, "\n"), ": a crash right after the remove of note2 fails although the disk kept everything")
	assert.Contains(t, strings.Join(why, "\n"), "acknowledged before the rename of tmp -> note0 was durable")
}

package explore

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAFingerprintIgnoresNumbersNamesAndQuotations(t *testing.T) {
	t.Parallel()
	id := func(sentence string) string {
		f := Failure{Judge: "recovery"}
		f.Class, f.Sentence = "does not recover", sentence
		return f.Fingerprint()
	}
	assert.Equal(t, id("no valid marker, but there are logs [2], tables []"), id("no valid marker, but there are logs [2 3], tables [7]"))
	assert.Equal(t, id(`000012.sst: bad key "a"`), id(`000007.sst: bad key "bc"`))
	assert.NotEqual(t, id("no log"), id("no table"))
}

func TestDifferentErrorsHaveDifferentFingerprints(t *testing.T) {
	t.Parallel()
	refusal := func(cause string) *Failure {
		f := &Failure{Judge: "live"}
		f.Class, f.Ops, f.Sentence, f.Cause = "errors: unexpected error", []int{7}, "it returned "+cause, cause
		return f
	}
	full, other, sealed := refusal("log 12 is full"), refusal("log 3 is full"), refusal("log 12 is sealed")
	assert.Equal(t, full.Fingerprint(), other.Fingerprint())
	assert.NotEqual(t, full.Fingerprint(), sealed.Fingerprint())
	assert.True(t, full.HasID(other.Fingerprint()))
	assert.False(t, full.HasID(sealed.Fingerprint()))

	earlier := refusal("")
	assert.True(t, full.HasID(earlier.Fingerprint()), "the ID that earlier versions gave to such a finding")
}

package explore

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// ofError returns a failure about no operations: the store returned an error.
func ofError(cause string) *Failure {
	f := &Failure{Judge: "recovery"}
	f.Class, f.Sentence, f.Cause = "does not recover", "the store cannot be recovered after the crash: "+cause, cause
	return f
}

func TestAFingerprintIgnoresNumbersNamesAndQuotations(t *testing.T) {
	t.Parallel()
	id := func(cause string) string { return ofError(cause).Fingerprint() }
	assert.Equal(t, id("no valid marker, but there are logs [2], tables []"), id("no valid marker, but there are logs [2 3], tables [7]"))
	assert.Equal(t, id(`000012.sst: bad key "a"`), id(`000007.sst: bad key "bc"`))
	assert.NotEqual(t, id("no log"), id("no table"))
	assert.Equal(t, id("log 3 is full\nstore is closed"), id("log 3 is full\nlog 4 is full\nstore is closed"))
	assert.NotEqual(t, id("log 3 is full\nstore is closed"), id("log 3 is full"))
}

// The ledger of a soak would take a reworded finding for a new one, and the old one for resolved.
func TestAFingerprintDoesNotDependOnTheLabsWords(t *testing.T) {
	t.Parallel()
	now, before := ofError("no log"), ofError("no log")
	before.Sentence = "recovery after the power cut fails: no log"
	assert.Equal(t, now.Fingerprint(), before.Fingerprint())

	for what, change := range map[string]func(*Failure){
		"judge": func(f *Failure) { f.Judge = "files" }, "class": func(f *Failure) { f.Class = "panic" },
		"error": func(f *Failure) { f.Cause = "no table" }, "check": func(f *Failure) { f.Check = "audit.(*Auditor).readOnly" },
	} {
		other := ofError("no log")
		change(other)
		assert.NotEqual(t, now.Fingerprint(), other.Fingerprint(), what)
	}
	check := func(name string) string {
		f := ofError("")
		f.Check = name
		return f.Fingerprint()
	}
	assert.NotEqual(t, check("audit.(*Auditor).readOnly"), check("audit.(*Auditor).onlyReads"), "names in parentheses count")
	assert.NotEqual(t, check("read v1"), check("read v2"), "so do their numbers")
	assert.NotEqual(t, check("no log"), ofError("no log").Fingerprint(), "a check is not an error")
}

func TestAFindingOfAnEarlierVersionIsRecognized(t *testing.T) {
	t.Parallel()
	f := ofError("log 12 is full")
	f.Check = "healed "
	// The first 5 bytes of SHA-256 of "recovery\ndoes not recover\nthe store cannot be recovered after the crash: log # is full".
	assert.True(t, f.HasID("043d9dad96"))
	assert.False(t, f.HasID("0123456789"))
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

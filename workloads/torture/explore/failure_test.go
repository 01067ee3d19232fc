package explore

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAFingerprintForgetsWhatDiffersFromCaseToCase(t *testing.T) {
	t.Parallel()
	id := func(sentence string) string {
		f := Failure{Judge: "recovery"}
		f.Class, f.Sentence = "does not recover", sentence
		return f.Fingerprint()
	}
	assert.Equal(t, id("none is valid, but there are logs [2], tables []"), id("none is valid, but there are logs [2 3], tables [7]"))
	assert.Equal(t, id(`000012.sst: bad key "a"`), id(`000007.sst: bad key "bc"`))
	assert.NotEqual(t, id("no log"), id("no table"))
}

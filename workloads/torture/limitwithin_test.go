package torture

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// What was found has to be printed before go test ends the process.
func TestTheQuotaIsGivenUpBeforeTheTimeoutOfATest(t *testing.T) {
	t.Parallel()
	short := &Options{For: 5 * time.Second}
	assert.Equal(t, 7*time.Minute+30*time.Second, short.limitWithin(10*time.Minute))
	assert.Equal(t, short.defaultLimit(), short.limitWithin(24*time.Hour))
	assert.Positive(t, short.limitWithin(-time.Second))
	assert.Equal(t, time.Hour, (&Options{For: time.Second, Limit: time.Hour}).limitWithin(time.Minute), "who gives a limit gets it")
	assert.Zero(t, (&Options{Rounds: 1}).limitWithin(time.Minute), "a number of rounds has no limit")
}

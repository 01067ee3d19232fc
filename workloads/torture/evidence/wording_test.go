package evidence

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestWordedRemovesRepetitions(t *testing.T) {
	t.Parallel()
	for was, want := range map[string]string{
		"the store cannot be recovered after the crash: open: engine: open db: engine: corrupt: 000003.sst offset 0": "The store cannot be recovered after the crash: engine: open db: corrupt: 000003.sst offset 0",
		"failed: open: open db/log: file does not exist":                                                             "Failed: open db/log: file does not exist",
		"failed: read: engine: corrupt: 3.sst: engine: corrupt":                                                      "Failed: read: engine: corrupt: 3.sst: corrupt",
		"the store failed: close: disk full":                                                                         "The store failed: close: disk full",
		`a shows "x: a: x: a", and b: nothing`:                                                                       `A shows "x: a: x: a", and b: nothing`,
		"z-fill00035 shows a value that nobody wrote":                                                                "z-fill00035 shows a value that nobody wrote",
		"the store failed: read: log 3: gone\nlog 3: gone\nclose: disk full\n":                                       "The store failed: read: log 3: gone; close: disk full",
		"the engine panicked in a goroutine of its own, in db.open, and ended it: gone":                              "The engine panicked in a goroutine of its own, in db.open, and ended it: gone",
	} {
		assert.Equal(t, want, worded(was))
	}
}

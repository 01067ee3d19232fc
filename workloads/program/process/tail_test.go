package process

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestCrashFindsTheReasonAboveTheStacks(t *testing.T) {
	stacks := "\n\ngoroutine 1 [running]:\nmain.main()\n" + strings.Repeat("\t/src/main.go:7\n", 900) + "exit status 2\n"
	for name, row := range map[string]struct{ printed, crash string }{
		"it did not crash":            {"opening\nthe page 3 is torn\n", ""},
		"it panicked":                 {"opening\npanic: page 3 is torn" + stacks, "panic: page 3 is torn"},
		"its runtime gave up":         {"fatal error: stack overflow" + stacks, "fatal error: stack overflow"},
		"its output mentions a panic": {"no panic: in the middle of a line\n", ""},
	} {
		var tail Tail
		_, err := fmt.Fprint(&tail, row.printed)
		assert.NoError(t, err)
		assert.LessOrEqual(t, len(tail.Lines()), tailLines)
		assert.Equal(t, row.crash, tail.Crash(), name)
	}
}

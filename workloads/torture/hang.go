package torture

import (
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/lightningdb/lightning-torture/checker"
)

// defaultPatience is how long the engine may take over one operation or one recovery before it counts as hanging. The
// slowest of the lab's own runs take a hundredth of it.
const defaultPatience = 30 * time.Second

// maxHangs is after how many hangs a campaign gives up: each leaves goroutines behind that nobody can stop.
const maxHangs = 4

// hang is the error of an engine that did not come back.
type hang struct {
	from   string // from what
	after  time.Duration
	stacks []string
}

func (h *hang) Error() string {
	return fmt.Sprintf("the engine did not come back from %s in %v", h.from, h.after)
}

// newHang describes a hang with the stacks of the goroutines of which one of the marks tells.
func newHang(from string, after time.Duration, marks ...string) *hang {
	return &hang{from: from, after: after, stacks: stacksWith(marks...)}
}

func (h *hang) violation() checker.Violation {
	return checker.Violation{Class: "hang", Sentence: h.Error(), Evidence: h.stacks}
}

// await returns what comes from done, or a *hang if pulse stays the same for so long. The end of ctx changes nothing:
// the engine is to finish what it has begun.
func await(done <-chan error, patience time.Duration, pulse func() int) error {
	const looks = 8
	ticker := time.NewTicker(max(patience/looks, time.Millisecond))
	defer ticker.Stop()
	for last, still := pulse(), 0; ; {
		select {
		case err := <-done:
			return err
		case <-ticker.C:
		}
		if now := pulse(); now != last {
			last, still = now, 0
		} else if still++; still >= looks {
			return newHang("an operation", patience, "workloads.(*driver)", "torture.runStore")
		}
	}
}

// goroutineName returns the name of the calling goroutine as it begins its stack trace.
func goroutineName() string {
	var b [64]byte
	name, _, _ := strings.Cut(string(b[:runtime.Stack(b[:], false)]), "[")
	return name + "["
}

// stacksWith returns the first lines of the stacks of all goroutines that contain one of the marks.
func stacksWith(marks ...string) []string {
	b := make([]byte, 1<<20)
	b = b[:runtime.Stack(b, true)]
	var all []string
	for stack := range strings.SplitSeq(string(b), "\n\n") {
		for _, mark := range marks {
			if strings.Contains(stack, mark) {
				all = append(all, strings.ReplaceAll(stack, "\t", "  "))
				break
			}
		}
	}
	return firstLines(strings.Join(all, "\n"), 12)
}

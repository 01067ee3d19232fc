package record

import (
	"fmt"

	"github.com/lightningdb/lightning-torture/checker"
)

// Stopped is the error of an engine that stopped on purpose: it called Env.Stop.
type Stopped struct{ reason string }

func (s *Stopped) Error() string { return "the engine stopped: " + s.reason }

// violation returns the violation of an engine that stopped without an excuse.
func (s *Stopped) violation(faulty bool) checker.Violation {
	if faulty {
		return checker.Violation{
			Class: "stop", Sentence: fmt.Sprintf("%v; after an error of the disk it may, if it promises StopsOnError", s), Cause: s.reason,
		}
	}
	return checker.Violation{Class: "stop", Sentence: s.Error() + "; the disk did what it was told", Cause: s.reason}
}

// Stopping returns what Env.Stop does in a run and in a recovery: it ends it with a *Stopped. The calling goroutine
// does not continue and keeps all its locks, as if the process had ended.
func Stopping(done chan<- error) func(reason string) {
	return func(reason string) {
		select {
		case done <- &Stopped{reason}:
		default: // another goroutine was faster
		}
		select {}
	}
}

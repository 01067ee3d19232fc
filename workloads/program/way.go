package program

import (
	"context"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// Way is a way of running a program on a disk of the lab.
type Way interface {
	// Record runs the program once on an empty disk, to its end. The error says that it could not be run; a program that
	// fails is recorded all the same.
	Record(ctx context.Context) (*Recording, error)
	// Recoverer returns a recoverer for a worker of a search. Workers are numbered from 0. Several recoverers are used at
	// once, each by one goroutine.
	Recoverer(worker int) (Recoverer, error)
}

// Recoverer lets a program recover crash images.
type Recoverer interface {
	// Observes reports whether Recover looks at an image only where the program does, and the same with the same answers. If
	// not, it reads all of it, and is given no content twice.
	Observes() bool
	// Recover lets the program recover a disk, on which it had acknowledged lines before the crash, and returns what the checker
	// says. The error says that there is no answer, which is the lab's fault and ends the search. Recover does not return
	// before the program has ended. What the recovery does to a disk that is observed is in the image's trace.
	Recover(ctx context.Context, img *faultfs.FS, acked []Ack) (Answer, error)
	// Close gives back what the recoverer holds.
	Close() error
}

// Verdict is what a checker says of a recovered store.
type Verdict uint8

// The verdicts.
const (
	Right   Verdict = iota // all that must be there is there
	Wrong                  // it is not; Answer.Text is the sentence that says so
	Hangs                  // the recovery did not come to an end in time
	Skipped                // the checker has no opinion about this store
)

// Answer is what a checker says, with a sentence.
type Answer struct {
	Verdict Verdict
	Text    string   // what is wrong, in one sentence
	Output  []string // the last lines that the checker printed, for people
}

// Failed reports whether the answer is a finding.
func (a Answer) Failed() bool { return a.Verdict == Wrong || a.Verdict == Hangs }

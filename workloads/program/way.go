package program

import (
	"context"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// Way runs a program on a simulated disk.
type Way interface {
	// Record runs the program to its end, once, on an empty disk. It returns an error only if the program could not be run;
	// a program that fails is recorded too, see Recording.Ended.
	Record(ctx context.Context) (*Recording, error)
	// Recoverer returns a recoverer for one worker of a search. Workers are numbered from 0. Several recoverers are used
	// concurrently, each by a single goroutine.
	Recoverer(worker int) (Recoverer, error)
}

// Recoverer lets a program recover crash images.
type Recoverer interface {
	// Observes reports whether Recover reads only the parts of an image that the program itself reads, and always reads
	// the same parts if it has read the same data. Otherwise Recover reads the whole image, and no content is given to it
	// twice.
	Observes() bool
	// Recover lets the program recover an image and returns the checker's answer. acked has the lines that the program had
	// acknowledged before the crash. An error means that there is no answer: the lab is at fault, and the search ends.
	// Recover returns only after the program has ended. If the recoverer observes, the image's trace holds what the
	// recovery did.
	Recover(ctx context.Context, img *faultfs.FS, acked []Ack) (Answer, error)
	// Close releases the recoverer's resources.
	Close() error
}

// Verdict is a checker's judgement of a recovered store.
type Verdict uint8

// The verdicts.
const (
	Right   Verdict = iota // everything that must be there is there
	Wrong                  // something is missing or damaged; Answer.Text says what
	Hangs                  // the recovery did not finish in time
	Skipped                // the checker does not judge this store
)

// Answer is a checker's verdict, with its reason.
type Answer struct {
	Verdict Verdict
	Text    string   // what is wrong, in one sentence
	Output  []string // the last lines that the checker printed, for humans
	Oracle  string   // what judged, if it was not a checker; a part of the ID of findings
}

// Failed reports whether the answer is a finding.
func (a Answer) Failed() bool { return a.Verdict == Wrong || a.Verdict == Hangs }

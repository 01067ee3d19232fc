package wire

import (
	"fmt"
	"regexp"
	"strings"
)

// Subjects are the subjects of one fleet. The zero value is not one: call SubjectsOf.
type Subjects struct{ prefix string }

// DefaultFleet is the name of a fleet that has a broker for itself.
const DefaultFleet = "lightning"

var fleetName = regexp.MustCompile(`^[a-z0-9-]{1,32}$`)

// SubjectsOf returns the subjects of the fleet with a name: lower-case letters, digits and hyphens.
func SubjectsOf(fleet string) (Subjects, error) {
	if !fleetName.MatchString(fleet) {
		return Subjects{}, fmt.Errorf("%w: %q is no name of a fleet; use up to 32 of a-z, 0-9 and -", ErrMessage, fleet)
	}
	return Subjects{"fleet." + fleet}, nil
}

// Hello is where workers ask.
func (s Subjects) Hello() string { return s.prefix + ".hello" }

// Result is where workers deliver.
func (s Subjects) Result() string { return s.prefix + ".result" }

// Status is where anybody asks how far the campaign is.
func (s Subjects) Status() string { return s.prefix + ".status" }

// Drain is where an operator asks for the end.
func (s Subjects) Drain() string { return s.prefix + ".drain" }

// A Queue is one of the queues that a campaign has one after the other, should one of them break: its number, from 0.
type Queue struct {
	Campaign string
	Number   int
}

// AllWork matches the items of all cells in a queue.
func (s Subjects) AllWork(q Queue) string {
	return fmt.Sprintf("%s.work.%s.%d.>", s.prefix, q.Campaign, q.Number)
}

// Work is where the item of a cell is.
func (s Subjects) Work(q Queue, lap, cell int) string {
	return fmt.Sprintf("%s.work.%s.%d.%d.%d", s.prefix, q.Campaign, q.Number, lap, cell)
}

// Stream returns the name of a queue, and of the bucket of its evidence.
func (s Subjects) Stream(q Queue) string {
	return fmt.Sprintf("%s_%s_%d", strings.ToUpper(strings.ReplaceAll(s.prefix, ".", "_")), q.Campaign, q.Number)
}

// Consumer is the name of the consumer that all workers share.
const Consumer = "workers"

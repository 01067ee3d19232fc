package wire

import (
	"fmt"
	"regexp"
	"strings"
)

// Subjects names the NATS subjects of one fleet. Create it with SubjectsOf; the zero value is invalid.
type Subjects struct{ prefix string }

// DefaultFleet is the name of a fleet that has its own broker.
const DefaultFleet = "lightning"

var fleetName = regexp.MustCompile(`^[a-z0-9-]{1,32}$`)

// SubjectsOf returns the subjects of the named fleet. A name has 1 to 32 lower-case letters, digits and hyphens; otherwise the
// error wraps ErrMessage.
func SubjectsOf(fleet string) (Subjects, error) {
	if !fleetName.MatchString(fleet) {
		return Subjects{}, fmt.Errorf("%w: fleet name %q; use 1 to 32 of a-z, 0-9 and -", ErrMessage, fleet)
	}
	return Subjects{"fleet." + fleet}, nil
}

// Hello is the subject of workers' Hello messages.
func (s Subjects) Hello() string { return s.prefix + ".hello" }

// Result is the subject to which workers deliver results.
func (s Subjects) Result() string { return s.prefix + ".result" }

// Status is the subject of requests for the coordinator's status.
func (s Subjects) Status() string { return s.prefix + ".status" }

// Drain is the subject of an operator's request to drain the fleet.
func (s Subjects) Drain() string { return s.prefix + ".drain" }

// Queue identifies a queue of a campaign. If a queue breaks, the campaign replaces it by one with the next number.
type Queue struct {
	Campaign string
	Number   int // counted from 0
}

// AllWork is a wildcard for the subjects of all items in a queue.
func (s Subjects) AllWork(q Queue) string {
	return fmt.Sprintf("%s.work.%s.%d.>", s.prefix, q.Campaign, q.Number)
}

// Work is the subject of a cell's item.
func (s Subjects) Work(q Queue, lap, cell int) string {
	return fmt.Sprintf("%s.work.%s.%d.%d.%d", s.prefix, q.Campaign, q.Number, lap, cell)
}

// Stream returns the name of a queue's stream, which is also that of its evidence bucket.
func (s Subjects) Stream(q Queue) string {
	return fmt.Sprintf("%s_%s_%d", strings.ToUpper(strings.ReplaceAll(s.prefix, ".", "_")), q.Campaign, q.Number)
}

// Consumer is the name of the consumer that all workers share.
const Consumer = "workers"

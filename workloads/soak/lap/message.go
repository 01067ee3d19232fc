package lap

import (
	"encoding/json"
	"io"
	"sync"

	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
)

// Message is what a child tells its supervisor: exactly one of the fields is set.
type Message struct {
	Begin  *Begin         `json:"begin,omitempty"`
	Beat   *Beat          `json:"beat,omitempty"`
	Replay *ledger.Replay `json:"replay,omitempty"`
	Canary *ledger.Canary `json:"canary,omitempty"`
	Cell   *ledger.Cell   `json:"cell,omitempty"`
	Life   *ledger.Life   `json:"life,omitempty"`
}

// Begin says what a child begins with.
type Begin struct {
	What string `json:"what"`           // as a person reads it: "bank × eio"
	Cell *Place `json:"cell,omitempty"` // if it is a cell
	ID   string `json:"id,omitempty"`   // if it is the replay of a finding
}

// Place is a cell of a lap.
type Place struct {
	Cell     int    `json:"cell"`
	Workload string `json:"workload"`
	Fault    string `json:"fault"`
}

// Beat says that a child lives.
type Beat struct {
	Work    uint64             `json:"work"`    // grows as long as the child gets on
	Figures map[string]float64 `json:"figures"` // what only the process itself can measure, such as "heap"
}

// Teller tells messages. It may be used by any number of goroutines.
type Teller struct {
	mu sync.Mutex
	to io.Writer
}

// NewTeller returns a teller that writes lines.
func NewTeller(to io.Writer) *Teller { return &Teller{to: to} }

// Tell writes a message.
func (t *Teller) Tell(m Message) error {
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	_, err = t.to.Write(append(text, '\n'))
	return err
}

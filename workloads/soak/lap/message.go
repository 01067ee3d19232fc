package lap

import (
	"encoding/json"
	"io"
	"sync"

	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
)

// Message is sent by a child to its supervisor. Exactly one field is set.
type Message struct {
	Begin  *Begin         `json:"begin,omitempty"`
	Beat   *Beat          `json:"beat,omitempty"`
	Replay *ledger.Replay `json:"replay,omitempty"`
	Canary *ledger.Canary `json:"canary,omitempty"`
	Cell   *ledger.Cell   `json:"cell,omitempty"`
	Life   *ledger.Life   `json:"life,omitempty"`
}

// Begin says what a child starts to do.
type Begin struct {
	What string `json:"what"`           // for humans: "bank × eio"
	Cell *Place `json:"cell,omitempty"` // if it is a cell
	ID   string `json:"id,omitempty"`   // if it is the replay of a finding
}

// Place is a cell of a lap.
type Place struct {
	Cell     int    `json:"cell"`
	Workload string `json:"workload"`
	Fault    string `json:"fault"`
}

// Beat says that a child is alive.
type Beat struct {
	Work    uint64             `json:"work"`    // grows as long as the child makes progress
	Figures map[string]float64 `json:"figures"` // figures that only the process itself can measure, such as "heap"
}

// Teller sends messages. It is safe for concurrent use.
type Teller struct {
	mu sync.Mutex
	to io.Writer
}

// NewTeller returns a teller that writes messages as lines of JSON.
func NewTeller(to io.Writer) *Teller { return &Teller{to: to} }

// Tell sends a message.
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

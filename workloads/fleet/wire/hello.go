package wire

import (
	"errors"
	"fmt"
	"time"

	"github.com/lightningdb/lightning-torture/workloads/soak/campaign"
)

// Protocol is the version of these messages.
const Protocol = 1

// Build identifies a binary.
type Build struct {
	ID      string `json:"id"`      // identifies the binary's content
	Version string `json:"version"` // version of the lab
	Commit  string `json:"commit,omitempty"`
}

// String formats a build for people.
func (b Build) String() string {
	if b.Commit == "" {
		return fmt.Sprintf("%s (version %s)", b.ID, b.Version)
	}
	return fmt.Sprintf("%s (version %s, commit %s)", b.ID, b.Version, b.Commit)
}

// Place is a cell of a lap.
type Place struct {
	Lap  int `json:"lap"`
	Cell int `json:"cell"`
}

// Hello is sent by a worker when it starts, before it takes a cell, while it works on one and when it leaves.
type Hello struct {
	Protocol int    `json:"protocol"`
	Worker   string `json:"worker"`             // name of the worker
	Campaign string `json:"campaign,omitempty"` // campaign that it works on; empty if it has just started
	Build    Build  `json:"build"`
	Doing    *Place `json:"doing,omitempty"` // nil if it is idle
	Leaving  bool   `json:"leaving,omitempty"`
}

// Validate returns what is wrong with a message.
func (h *Hello) Validate() error {
	err := short(h.Worker, h.Campaign, h.Build.ID, h.Build.Version, h.Build.Commit)
	if h.Worker == "" {
		err = errors.Join(err, errors.New("hello without a worker's name"))
	}
	if h.Doing != nil {
		err = errors.Join(err, place(h.Doing.Lap, h.Doing.Cell))
	}
	return err
}

// Welcome answers a Hello.
type Welcome struct {
	Refused  string         `json:"refused,omitempty"` // why the worker must end, for instance because its build differs
	Over     string         `json:"over,omitempty"`    // why there is no more work
	Campaign string         `json:"campaign,omitempty"`
	Spec     *campaign.Spec `json:"spec,omitempty"`
	Stream   string         `json:"stream,omitempty"` // name of the queue and of the evidence bucket
	Lease    time.Duration  `json:"lease,omitempty"`  // how long an item belongs to a worker that does not renew it
	Wait     time.Duration  `json:"wait,omitempty"`   // how long to wait for an item before asking again
}

// Validate returns what is wrong with a message.
func (w *Welcome) Validate() error {
	if w.Refused != "" || w.Over != "" {
		return short(w.Refused, w.Over)
	}
	switch {
	case w.Spec == nil:
		return errors.New("welcome without a spec")
	case w.Spec.Name() != w.Campaign:
		return fmt.Errorf("welcome to campaign %s with the spec of %s", w.Campaign, w.Spec.Name())
	case w.Lease < time.Millisecond || w.Lease > time.Hour || w.Wait < time.Millisecond || w.Wait > time.Hour:
		return fmt.Errorf("lease of %v and wait of %v, want 1ms to 1h", w.Lease, w.Wait)
	}
	return short(w.Stream)
}

// Item is a cell in the queue.
type Item struct {
	Campaign string `json:"campaign"`
	Place
	Of int `json:"of"` // number of cells in the lap
}

// Validate returns what is wrong with a message.
func (i *Item) Validate() error {
	if i.Cell >= i.Of {
		return fmt.Errorf("cell %d of %d", i.Cell, i.Of)
	}
	return errors.Join(short(i.Campaign), place(i.Lap, i.Cell), place(i.Lap, i.Of))
}

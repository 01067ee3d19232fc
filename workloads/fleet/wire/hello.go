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
	ID      string `json:"id"`      // of its content
	Version string `json:"version"` // of the lab
	Commit  string `json:"commit,omitempty"`
}

// String is a build as a person reads it.
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

// Hello is what a worker says before it takes a cell, and while it works.
type Hello struct {
	Protocol int    `json:"protocol"`
	Worker   string `json:"worker"`             // its name, for people
	Campaign string `json:"campaign,omitempty"` // which it works on; empty: it has just begun
	Build    Build  `json:"build"`
	Doing    *Place `json:"doing,omitempty"` // nil: nothing
	Leaving  bool   `json:"leaving,omitempty"`
}

// Validate returns what is wrong with a message.
func (h *Hello) Validate() error {
	err := short(h.Worker, h.Campaign, h.Build.ID, h.Build.Version, h.Build.Commit)
	if h.Worker == "" {
		err = errors.Join(err, errors.New("a worker without a name"))
	}
	if h.Doing != nil {
		err = errors.Join(err, place(h.Doing.Lap, h.Doing.Cell))
	}
	return err
}

// Welcome answers a Hello.
type Welcome struct {
	Refused  string         `json:"refused,omitempty"` // why the worker must end: it has another build, or works on another campaign
	Over     string         `json:"over,omitempty"`    // why there is no more work
	Campaign string         `json:"campaign,omitempty"`
	Spec     *campaign.Spec `json:"spec,omitempty"`
	Stream   string         `json:"stream,omitempty"` // the queue, and the bucket of evidence
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
		return errors.New("a welcome without a spec")
	case w.Spec.Name() != w.Campaign:
		return fmt.Errorf("campaign %s with the spec of %s", w.Campaign, w.Spec.Name())
	case w.Lease < time.Millisecond || w.Lease > time.Hour || w.Wait < time.Millisecond || w.Wait > time.Hour:
		return fmt.Errorf("a lease of %v and a wait of %v", w.Lease, w.Wait)
	}
	return short(w.Stream)
}

// Item is a cell to do, as it stands in the queue.
type Item struct {
	Campaign string `json:"campaign"`
	Place
	Of int `json:"of"` // cells of the lap
}

// Validate returns what is wrong with a message.
func (i *Item) Validate() error {
	if i.Cell >= i.Of {
		return fmt.Errorf("cell %d of %d", i.Cell, i.Of)
	}
	return errors.Join(short(i.Campaign), place(i.Lap, i.Cell), place(i.Lap, i.Of))
}

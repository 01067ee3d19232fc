package ledger

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/spf13/afero"
)

// Verdict is a human decision that a finding is known and does not fail a soak. Verdicts are written by hand and meant to be
// committed.
type Verdict struct {
	ID     string `json:"id"`
	Reason string `json:"reason"`          // why the finding is accepted for now
	Link   string `json:"link,omitempty"`  // for example to an issue
	Until  string `json:"until,omitempty"` // the last day on which the verdict holds, as in "2026-12-31"; empty means for good
}

// Known has verdicts by the ID of the finding.
type Known map[string]Verdict

// ReadKnown reads a JSON list of verdicts. If the file does not exist, the list is empty.
func ReadKnown(fsys afero.Fs, name string) (Known, error) {
	text, err := afero.ReadFile(fsys, name)
	if errors.Is(err, fs.ErrNotExist) {
		return Known{}, nil
	} else if err != nil {
		return nil, err
	}
	var all []Verdict
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, fmt.Errorf("%s: %w; it is a list such as [{\"id\": \"0a6c794394\", \"reason\": \"...\", \"link\": \"...\", \"until\": "+
			"\"2026-12-31\"}]", name, err)
	}
	known := Known{}
	for _, v := range all {
		if v.ID == "" || v.Reason == "" {
			return nil, fmt.Errorf("%s: a verdict needs an id and a reason: %+v", name, v)
		}
		if _, err := v.until(); err != nil {
			return nil, fmt.Errorf("%s: %s: until is %q; give a day such as 2026-12-31", name, v.ID, v.Until)
		}
		known[v.ID] = v
	}
	return known, nil
}

// until returns when a verdict expires, or the zero time if it does not.
func (v *Verdict) until() (time.Time, error) {
	if v.Until == "" {
		return time.Time{}, nil
	}
	last, err := time.Parse(time.DateOnly, v.Until)
	return last.AddDate(0, 0, 1), err
}

// Excuses reports whether a finding has a verdict that holds at a time.
func (k Known) Excuses(id string, now time.Time) bool {
	v, ok := k[id]
	if !ok {
		return false
	}
	end, err := v.until()
	return err == nil && (end.IsZero() || now.Before(end))
}

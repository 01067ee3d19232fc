package trials

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"sync"

	"github.com/lightningdb/lightning-torture/workloads/hostdisk"
	"github.com/lightningdb/lightning-torture/workloads/mutate/operators"
)

// Entry is what is known about one mutant, and a line of the ledger. A later line about the same mutant adds to earlier
// ones.
type Entry struct {
	operators.Mutation
	Diff    string            `json:"diff"`
	Skipped string            `json:"skipped,omitempty"` // why the mutant does not count; empty: it does
	Object  string            `json:"object,omitempty"`  // digest of its package's code
	Answers map[string]Answer `json:"answers,omitempty"` // by the name of the judge
}

// header is the first line of a ledger.
type header struct {
	Ledger int    `json:"ledger"` // version: 1
	Seed   string `json:"seed"`
}

// ledger is a file to which entries are appended. An entry is durable when add returns. It is safe for concurrent use.
type ledger struct {
	mu struct {
		sync.Mutex
		entries map[string]Entry
	}
	file *os.File // nil: entries are kept only in memory
}

// openLedger opens or creates a ledger, makes that durable, and locks it for this process until it is closed. A partial
// last line, left by a killed process, is cut off.
func openLedger(name, seed string) (*ledger, error) {
	l := &ledger{}
	l.mu.entries = map[string]Entry{}
	if name == "" {
		return l, nil
	}
	if err := l.open(name, seed); err != nil {
		if l.file != nil {
			err = errors.Join(err, l.file.Close())
		}
		return nil, err
	}
	return l, nil
}

func (l *ledger) open(name, seed string) (err error) {
	if l.file, err = hostdisk.OpenJournal(name); err != nil {
		return fmt.Errorf("mutate: ledger: %w", err)
	}
	text, err := io.ReadAll(l.file)
	if err != nil {
		return err
	}
	text = text[:bytes.LastIndexByte(text, '\n')+1]
	if err := l.read(name, seed, text); err != nil {
		return err
	}
	if err := l.file.Truncate(int64(len(text))); err != nil {
		return err
	}
	if _, err := l.file.Seek(int64(len(text)), io.SeekStart); err != nil || len(text) > 0 {
		return err
	}
	return l.write(header{1, seed})
}

func (l *ledger) read(name, seed string, text []byte) error {
	number := 0
	for line := range bytes.Lines(text) {
		if number++; number == 1 {
			var h header
			if err := json.Unmarshal(line, &h); err != nil || h.Ledger != 1 {
				return fmt.Errorf("%w: %s does not begin like one; choose another file", ErrLedger, name)
			}
			if h.Seed != seed {
				return fmt.Errorf("%w: %s has the seed %q, not %q; give that seed or choose another file", ErrLedger, name, h.Seed, seed)
			}
			continue
		}
		var e Entry
		if err := json.Unmarshal(line, &e); err != nil || e.ID == "" {
			return fmt.Errorf("%w: line %d of %s is not an entry; remove it", ErrLedger, number, name)
		}
		l.merge(e)
	}
	return nil
}

// merge adds an entry to what is known about its mutant.
func (l *ledger) merge(e Entry) Entry {
	answers := maps.Clone(l.mu.entries[e.ID].Answers)
	if answers == nil {
		answers = map[string]Answer{}
	}
	maps.Copy(answers, e.Answers)
	e.Answers = answers
	l.mu.entries[e.ID] = e
	return e
}

// known returns what is known about a mutant.
func (l *ledger) known(id string) (Entry, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e, ok := l.mu.entries[id]
	return e, ok
}

// add writes an entry and returns everything known about its mutant.
func (l *ledger) add(e Entry) (Entry, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file != nil {
		if err := l.write(e); err != nil {
			return e, fmt.Errorf("mutate: %s: %w", l.file.Name(), err)
		}
	}
	return l.merge(e), nil
}

func (l *ledger) write(v any) error {
	line, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if _, err := l.file.Write(append(line, '\n')); err != nil {
		return err
	}
	return l.file.Sync()
}

func (l *ledger) close() error {
	if l.file == nil {
		return nil
	}
	return l.file.Close()
}

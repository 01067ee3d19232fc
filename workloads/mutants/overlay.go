package mutants

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads/internal/overlay"
)

// Apply returns the changed text of each file that the mutant edits, by path relative to root. It writes nothing. It
// returns ErrStale if an edit does not match exactly once.
func (m *Mutant) Apply(root string) (map[string]string, error) {
	changed := map[string]string{}
	for _, e := range m.Edits {
		text, again := changed[e.File]
		if !again {
			source, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(e.File)))
			if err != nil {
				return nil, fmt.Errorf("%w: %s line %d: %w", ErrStale, m.Name, e.Line, err)
			}
			text = string(source)
		}
		text, err := e.apply(text)
		if err != nil {
			return nil, fmt.Errorf("%w: %s line %d: %w", ErrStale, m.Name, e.Line, err)
		}
		changed[e.File] = text
	}
	return changed, nil
}

// apply replaces whole lines. It searches for the old lines with a newline in front, so that a match begins at the
// start of a line.
func (e *Edit) apply(text string) (string, error) {
	text = "\n" + text
	at := strings.Index(text, "\n"+e.Old)
	if at < 0 {
		return "", fmt.Errorf("%s does not contain these lines:\n%s", e.File, e.Old)
	}
	if strings.Contains(text[at+1:], "\n"+e.Old) {
		return "", fmt.Errorf("%s contains these lines more than once:\n%s", e.File, e.Old)
	}
	return text[1:at+1] + e.New + text[at+1+len(e.Old):], nil
}

// WriteOverlay applies the mutant, writes the changed files to dir, which must exist, and returns the path to pass to
// go build -overlay.
func (m *Mutant) WriteOverlay(root, dir string) (string, error) {
	changed, err := m.Apply(root)
	if err != nil {
		return "", err
	}
	name, err := overlay.Write(root, dir, changed)
	if err != nil {
		return "", fmt.Errorf("mutants: %w", err)
	}
	return name, nil
}

package campaign

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
)

// Cursor is a place up to which a ledger is durable, and what it adds up to there.
type Cursor struct {
	Campaign string      `json:"campaign"`
	Ledger   ledger.Mark `json:"ledger"`
	Lap      int         `json:"lap"` // the first one that is not complete
	Cells    int         `json:"cells"`
	Images   int         `json:"images"`
	Findings int         `json:"findings"`
}

const cursorFile = "cursor.json"

// cursorOf returns the cursor of a book that has seen a ledger up to a place.
func cursorOf(b *ledger.Book, at ledger.Mark) Cursor {
	return Cursor{
		Campaign: b.Started.Campaign, Ledger: at, Lap: b.Next(), Cells: b.Totals.Cells, Images: b.Totals.Images, Findings: len(b.Findings()),
	}
}

// loadCursor reads the cursor of a directory; the zero value: there is none.
func loadCursor(fsys afero.Fs, dir string) (c Cursor, err error) {
	name := filepath.Join(dir, cursorFile)
	text, err := afero.ReadFile(fsys, name)
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil
	} else if err != nil {
		return c, err
	}
	if err := json.Unmarshal(text, &c); err != nil {
		return c, fmt.Errorf("%w: %s cannot be read: %w; remove it, and the ledger is read without it", ledger.ErrDamaged, name, err)
	}
	return c, nil
}

// save replaces the cursor of a directory, durably.
func (c *Cursor) save(fsys afero.Fs, dir string) error {
	text, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return replace(fsys, filepath.Join(dir, cursorFile), append(text, '\n'))
}

// replace gives a file a new content: all of it, or what it had before. There is one writer, so the temporary file has a name of
// its own that the next call overwrites, where hostdisk.WriteFile would look for those of other processes.
func replace(fsys afero.Fs, name string, text []byte) error {
	temporary := name + ".new"
	f, err := fsys.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	if _, err = f.Write(text); err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := fsys.Rename(temporary, name); err != nil {
		return err
	}
	return ledger.SyncDir(fsys, filepath.Dir(name))
}

// makeDir makes a directory and those above it, durably.
func makeDir(fsys afero.Fs, dir string) error {
	if _, err := fsys.Stat(dir); err == nil {
		return nil
	}
	parent := filepath.Dir(dir)
	if parent != dir {
		if err := makeDir(fsys, parent); err != nil {
			return err
		}
	}
	if err := fsys.Mkdir(dir, 0o777); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return ledger.SyncDir(fsys, parent)
}

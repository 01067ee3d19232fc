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

// Cursor is a position up to which a ledger is durable, with the totals up to there.
type Cursor struct {
	Campaign string      `json:"campaign"`
	Ledger   ledger.Mark `json:"ledger"`
	Lap      int         `json:"lap"` // the first one that is not complete
	Cells    int         `json:"cells"`
	Images   int         `json:"images"`
	Findings int         `json:"findings"`
}

const cursorFile = "cursor.json"

// cursorOf returns the cursor of a book that has read a ledger up to a position.
func cursorOf(b *ledger.Book, at ledger.Mark) Cursor {
	return Cursor{
		Campaign: b.Started.Campaign, Ledger: at, Lap: b.Next(), Cells: b.Totals.Cells, Images: b.Totals.Images, Findings: len(b.Findings()),
	}
}

// loadCursor reads the cursor of a directory. It returns the zero value if there is none.
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

// replace replaces the content of a file atomically and durably. As there is only one writer, the temporary file has a fixed name,
// which the next call overwrites if a crash leaves it behind. (hostdisk.WriteFile picks unique names for concurrent writers.)
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

// makeDir creates a directory and its parents durably.
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

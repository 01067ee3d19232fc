package campaign

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
)

const ledgerFile = "ledger.jsonl"

// Journal is the durable state of a campaign: its ledger, open for appending, with its cursor and totals.
type Journal struct {
	Book ledger.Book

	fsys   afero.Fs
	dir    string
	ledger *ledger.Ledger
	cursor Cursor // as last saved
}

// OpenJournal opens the ledger in an existing directory, creating it if necessary. When it returns, everything in the book is
// durable. If visit is not nil, it is called with every event. Errors: ledger.ErrDamaged and those of the filesystem.
func OpenJournal(fsys afero.Fs, dir string, visit func(*ledger.Event) error) (*Journal, error) {
	j := &Journal{fsys: fsys, dir: dir}
	var err error
	if j.cursor, err = loadCursor(fsys, dir); err != nil {
		return nil, err
	}
	j.ledger, err = ledger.Open(fsys, filepath.Join(dir, ledgerFile), j.cursor.Ledger, reader{&j.Book, &j.cursor, dir, visit}.add)
	if err != nil {
		return nil, err
	}
	return j, nil
}

// Read reads the ledger in a directory. Another process may be writing it.
func Read(fsys afero.Fs, dir string, visit func(*ledger.Event) error) (*ledger.Book, error) {
	cursor, err := loadCursor(fsys, dir)
	if err != nil {
		return nil, err
	}
	b := &ledger.Book{}
	_, err = ledger.Read(fsys, filepath.Join(dir, ledgerFile), cursor.Ledger, reader{b, &cursor, dir, visit}.add)
	return b, err
}

// reader adds up the events and compares the totals with the cursor at the cursor's position.
type reader struct {
	book   *ledger.Book
	cursor *Cursor
	dir    string
	visit  func(*ledger.Event) error
}

func (r reader) add(e *ledger.Event) error {
	if err := r.book.Add(e); err != nil {
		return err
	}
	if e.Seq == r.cursor.Ledger.Seq {
		if here := cursorOf(r.book, r.cursor.Ledger); here != *r.cursor {
			return fmt.Errorf("%w: %s has %+v after event %d, and its cursor %+v: one of the two belongs to another soak; restore it, or remove the "+
				"cursor to go on with the ledger", ledger.ErrDamaged, r.dir, here, e.Seq, *r.cursor)
		}
	}
	if r.visit != nil {
		return r.visit(e)
	}
	return nil
}

// Add appends an event durably and adds it to the totals. It leaves out the shapes of a cell that the ledger has already. After an
// error the journal accepts no more events; see ledger.Append.
func (j *Journal) Add(e *ledger.Event) error {
	if e.Cell != nil {
		e.Cell.Shapes = j.Book.Unseen(e.Cell.Shapes)
	}
	if err := j.ledger.Append(e); err != nil {
		return err
	}
	return j.Book.Add(e)
}

// Mark saves the cursor if it has changed.
func (j *Journal) Mark() error {
	c := cursorOf(&j.Book, j.ledger.End())
	if c == j.cursor {
		return nil
	}
	if err := c.save(j.fsys, j.dir); err != nil {
		return fmt.Errorf("campaign: cursor of %s: %w", j.dir, err)
	}
	j.cursor = c
	return nil
}

// Close closes the ledger. Everything in it is durable already.
func (j *Journal) Close() error { return j.ledger.Close() }

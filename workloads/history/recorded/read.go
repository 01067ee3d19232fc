package recorded

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/history/edn"
)

// Options supplies what a file does not say. The zero value determines everything from the content.
type Options struct {
	Format Format
	Model  Model
}

// Recording is a history that a tool recorded.
type Recording struct {
	Format Format
	Model  Model        // "" if there are no operations
	Ops    []history.Op // in the form of package history
	// Lines says that all ticks are line numbers of the file.
	Lines bool
	// Skipped is the number of entries that are not of clients, such as those of Jepsen's nemesis.
	Skipped int
	// Uncalled says that the history has only answers. Their calls are taken to precede all of the answers, and each
	// operation has a client of its own.
	Uncalled bool
}

// headBytes is the number of bytes inspected to determine the format and model of a file.
const headBytes = 1 << 20

// headEntries is the number of entries inspected.
const headEntries = 2000

// Read reads a history. The error is ErrFormat, ErrModel, or an error of the source.
func Read(from io.Reader, o Options) (*Recording, error) {
	buffered := bufio.NewReaderSize(from, headBytes)
	head, err := buffered.Peek(headBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if o.Format == "" {
		if o.Format, err = formatOf(head); err != nil {
			return nil, err
		}
	}
	if o.Format == JSONL {
		return readJSONL(buffered, o)
	}
	t := traitsOf(newSource(o.Format, bytes.NewReader(head)))
	if o.Model == "" {
		o.Model = t.model()
	}
	r := &Recording{Format: o.Format, Model: o.Model}
	kept := newMemory()
	kept.mixed = o.Format == JSON
	p := newPairing(readerOf(o.Model, t, kept))
	if err := p.all(newSource(o.Format, buffered)); err != nil {
		return nil, err
	}
	r.Ops = p.finish()
	r.Lines, r.Skipped, r.Uncalled = p.lines, p.skipped, len(p.early) > 0
	if len(r.Ops) == 0 {
		r.Model, r.Lines = "", false
	}
	return r, nil
}

func newSource(f Format, from io.Reader) source {
	if f == Log {
		return newLines(from)
	}
	return newMaps(from)
}

// traitsOf inspects the first entries. Errors in them are ignored here, because reading will find them again.
func traitsOf(from source) *traits {
	t := newTraits()
	for range headEntries {
		e, err := from.next()
		if err != nil {
			break
		}
		t.note(&e)
	}
	return t
}

// readerOf returns the reader for a model.
func readerOf(m Model, t *traits, kept *memory) reader {
	switch m {
	case Register, CASRegister:
		return &registers{memory: kept, pairs: t.independent(), keyed: t.keyed}
	case KV:
		return &registers{memory: kept, pairs: t.independent(), keyed: t.keyed, texts: true}
	case Counter:
		return counter{kept}
	case Mutex:
		return mutex{}
	case Set:
		return sets{memory: kept, pairs: t.independent()}
	case Bank:
		return bank{kept}
	case ListAppend, RWRegister:
		return &txns{memory: kept, lists: m == ListAppend, orders: words{}}
	}
	return unknown{}
}

// unknown reads histories without entries of clients, and refuses those whose functions fit no model.
type unknown struct{}

func (unknown) call(e *entry, _ *history.Op) error   { return unknownModel(e) }
func (unknown) answer(e *entry, _ *history.Op) error { return unknownModel(e) }

func unknownModel(e *entry) error {
	return fmt.Errorf("%w: no model has a function %q; name the model that was meant: %s", ErrModel, e.f, modelNames())
}

// Initial converts a value from EDN to the form that the operations of the history have; nil stands for no value. The error
// says why no key of the history can hold the value.
func (r *Recording) Initial(text string) ([]byte, error) {
	v, err := edn.Parse([]byte(text))
	if err != nil {
		return nil, err
	}
	keys := registers{memory: newMemory(), texts: r.Model == KV}
	switch {
	case r.Model == Counter:
		n, err := whole(v)
		return strconv.AppendInt(nil, n, 10), err
	case r.Format == JSONL && v.Kind() == edn.String: // its values are bytes, without types
		return append([]byte{}, v.Text()...), nil
	}
	return keys.found(nil, v).Value, nil
}

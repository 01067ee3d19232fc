package recorded

import (
	"bytes"
	"errors"
	"io"
	"strconv"

	"github.com/lightningdb/lightning-torture/workloads/history/edn"
)

// event is what an entry reports.
type event uint8

const (
	invoke event = iota + 1 // the client calls
	ok                      // it took effect
	fail                    // it did not, and never will
	info                    // it may have, or may still
)

var events = map[string]event{"invoke": invoke, "ok": ok, "fail": fail, "info": info}

// entry is one event of a history.
type entry struct {
	line    int
	event   event
	client  int
	other   bool // not of a client, but of Jepsen's nemesis
	f       string
	key     edn.Value // in histories whose keys are in a field of their own
	value   edn.Value
	refused bool // in a log, the answer is a plain failure without an error
}

// source yields the entries of a file. An entry is valid until the next one; io.EOF ends the file.
type source interface {
	next() (entry, error)
}

// maps reads entries written as maps.
type maps struct {
	reader *edn.Reader
	words  words
}

func newMaps(from io.Reader) *maps { return &maps{reader: edn.NewReader(from), words: words{}} }

func (m *maps) next() (entry, error) {
	v, err := m.reader.Next()
	if errors.Is(err, io.EOF) {
		return entry{}, err
	}
	if errors.Is(err, edn.ErrSyntax) {
		return entry{}, bad("%w", err)
	}
	if err != nil {
		return entry{}, err
	}
	e := entry{line: m.reader.Line()}
	if v.Kind() != edn.Map {
		return e, badLine(e.line, "%s is not an operation; operations are maps with :type, :process, :f and :value", v.Kind())
	}
	seen := 0
	for key, value := range v.Pairs() {
		bit, err := m.field(&e, key, value)
		if err != nil {
			return e, badLine(e.line, "%w", err)
		}
		if seen&bit != 0 {
			return e, badLine(e.line, "an operation has %s twice", key.AppendEDN(nil))
		}
		seen |= bit
	}
	if e.event == 0 {
		return e, badLine(e.line, "a map without :type is not an operation")
	}
	return e, nil
}

// field enters one field of an operation, and returns the bit for that field, or 0 for a field that is ignored.
func (m *maps) field(e *entry, key, value edn.Value) (bit int, err error) {
	if k := key.Kind(); k != edn.Keyword && k != edn.String {
		return 0, nil
	}
	switch string(key.Text()) {
	case "type":
		var known bool
		if e.event, known = events[string(value.Text())]; !known {
			return 0, errors.New("the type of an operation is one of :invoke, :ok, :fail and :info, not " + string(value.AppendEDN(nil)))
		}
		return 1, nil
	case "process":
		return 2, e.process(value)
	case "f":
		e.f = m.words.of(value.Text())
		return 4, nil
	case "value":
		e.value = value
		return 8, nil
	case "key":
		e.key = value
		return 16, nil
	}
	return 0, nil
}

// process enters the process of an entry. A process without a number is not a client.
func (e *entry) process(v edn.Value) (err error) {
	switch v.Kind() {
	case edn.Nil:
	case edn.Number:
		if e.client, err = strconv.Atoi(string(v.Text())); err != nil {
			return errors.New(string(v.Text()) + " is not the number of a process: give a whole number of at most 64 bits")
		}
	case edn.Keyword, edn.String, edn.Symbol:
		e.other = true
	default:
		return errors.New(v.Kind().String() + " is not a process")
	}
	return nil
}

// words interns the names of functions, of which a history has few.
type words map[string]string

func (w words) of(text []byte) string {
	if s, known := w[string(text)]; known {
		return s
	}
	s := string(bytes.Clone(text))
	if len(w) < 1000 {
		w[s] = s
	}
	return s
}

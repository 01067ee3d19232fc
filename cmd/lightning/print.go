package lightning

import (
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf8"
)

// printable is the result of a command on a store. Either form may be produced while it is printed; an error that
// interrupts that is returned.
type printable interface {
	text(w io.Writer) error
	json(w io.Writer) error
	damaged() bool // valid once one of the others has returned
}

// document is a result that is one JSON object.
type document struct {
	content any
	render  func(w io.Writer) error
	found   bool // damage
}

func (d document) text(w io.Writer) error { return d.render(w) }

func (d document) json(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(d.content)
}

func (d document) damaged() bool { return d.found }

// sentence returns a result whose text is one line.
func sentence(content any, format string, args ...any) document {
	return document{content: content, render: func(w io.Writer) error {
		_, err := fmt.Fprintf(w, format+"\n", args...)
		return err
	}}
}

// lines is a result produced while it is printed, with one JSON object per line.
type lines struct {
	run   func(emit func(object any, format string, args ...any) error) error
	found *bool
}

func (l lines) text(w io.Writer) error {
	return l.run(func(_ any, format string, args ...any) error {
		if format == "" {
			return nil
		}
		_, err := fmt.Fprintf(w, format+"\n", args...)
		return err
	})
}

func (l lines) json(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return l.run(func(object any, _ string, _ ...any) error {
		if object == nil {
			return nil
		}
		return e.Encode(object)
	})
}

func (l lines) damaged() bool { return l.found != nil && *l.found }

// addBytes adds a field to a JSON object and returns the object. Bytes that are not valid UTF-8 are encoded in base64,
// and the field's name then ends in _base64.
func addBytes(object map[string]any, name string, b []byte) map[string]any {
	if utf8.Valid(b) {
		object[name] = string(b)
	} else {
		object[name+"_base64"] = b
	}
	return object
}

// abridged quotes a key, shortening a long one.
func abridged(key []byte) string {
	const most = 40
	if len(key) > most {
		return fmt.Sprintf("%q...(%d bytes)", key[:most], len(key))
	}
	return fmt.Sprintf("%q", key)
}

// list returns a copy of s that is [] in JSON even if s is nil.
func list(s []string) []string { return append([]string{}, s...) }

package edn

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// ErrSyntax is returned for what is no EDN or JSON, or a value beyond a limit, with the line.
var ErrSyntax = errors.New("edn: bad syntax")

// Reader reads the values of a file one by one.
type Reader struct {
	source io.Reader
	parser
	buffer []byte // what was read; parser.text is the part of it that is still to come
	line   int    // of the beginning of text, counted from 1
	begun  int    // the line on which the latest value began
	around byte   // the bracket that closes the collection around all values, if there is one
	began  bool
	closed bool // it was closed
}

var errLong = fmt.Errorf("a value or a comment of more than %d bytes", MaxBytes)

// firstBuffer is what is read at once, unless a value needs more.
const firstBuffer = 256 << 10

// NewReader returns a reader of the values in source.
func NewReader(source io.Reader) *Reader {
	return &Reader{source: source, line: 1, buffer: make([]byte, 0, firstBuffer)}
}

// Next returns the next value. If the first thing in the file is a vector or a list, the values are those within. The error
// is io.EOF if there is none, ErrSyntax, or that of the source.
func (r *Reader) Next() (Value, error) {
	for {
		v, err := r.next()
		if errors.Is(err, errShort) {
			err = r.more()
			if err == nil {
				continue
			}
		}
		return v, err
	}
}

// Line returns the line on which the latest value began, counted from 1.
func (r *Reader) Line() int { return r.begun }

func (r *Reader) next() (Value, error) {
	r.at = 0
	if !r.began {
		if err := r.begin(); err != nil {
			return Value{}, err
		}
	}
	found, err := r.skip()
	if err != nil {
		return Value{}, err
	}
	if !found {
		r.consume()
		return Value{}, r.end()
	}
	if r.around != 0 && !r.closed && r.text[r.at] == r.around {
		r.at++
		r.closed = true
		r.consume()
		return r.next()
	}
	if r.closed {
		return Value{}, r.bad(errors.New("there is more behind the end of the vector around all values"))
	}
	start := r.at
	if found, err = r.value(); errors.Is(err, errShort) {
		return Value{}, err
	}
	if err == nil && r.at-start > MaxBytes {
		err = errLong
	}
	if errors.Is(err, errEnds) {
		r.at = start
	}
	if err != nil {
		return Value{}, r.bad(err)
	}
	if !found { // it was all discarded
		return Value{}, r.end()
	}
	r.begun = r.line + bytes.Count(r.text[:start], newline)
	v := Value{r.nodes}
	r.consume()
	return v, nil
}

var newline = []byte{'\n'}

// consume drops the text that was read. The nodes point into it, so it stays where it is until more is read.
func (r *Reader) consume() {
	r.line += bytes.Count(r.text[:r.at], newline)
	r.text, r.at = r.text[r.at:], 0
}

// begin looks at the first thing in the file: a collection around all values is entered, and a map whose first key is a string
// with a colon behind it is JSON.
func (r *Reader) begin() error {
	r.text = bytes.TrimPrefix(r.text, []byte("\ufeff"))
	found, err := r.skip()
	if err != nil {
		return err
	}
	if !found && !r.final {
		return errShort
	}
	if !found {
		return nil
	}
	around := map[byte]byte{'[': ']', '(': ')'}[r.text[r.at]]
	inside := r.lexer
	if around != 0 {
		inside.at++
	}
	json, err := inside.looksLikeJSON()
	if err != nil {
		return err
	}
	r.json, r.around, r.began = json, around, true
	if around != 0 {
		r.at++
		r.consume()
	}
	return nil
}

// looksLikeJSON reports whether a map comes next whose first key is a string with a colon behind it.
func (l *lexer) looksLikeJSON() (bool, error) {
	if found, err := l.skip(); !found || l.text[l.at] != '{' {
		return false, err
	}
	l.at++
	if found, err := l.skip(); err != nil || !found {
		return false, l.unless(err)
	}
	if l.text[l.at] != '"' {
		return false, nil
	}
	if _, err := l.quoted(); err != nil {
		return false, l.unless(err)
	}
	if l.at+32 > len(l.text) && !l.final {
		return false, errShort
	}
	near := bytes.HasPrefix(l.text[l.at:], []byte(":"))
	rest := bytes.TrimLeft(l.text[l.at:], " \t\r\n")
	return near || len(rest) > 1 && rest[0] == ':' && classes[rest[1]] != word, nil // {"a" :b} is EDN
}

// unless turns nothing into a demand for more text, if there may be more, and leaves the complaint about it to the parser.
func (l *lexer) unless(err error) error {
	if errors.Is(err, errShort) || err == nil && !l.final {
		return errShort
	}
	return nil
}

// end returns what it means that there is nothing more in the text.
func (r *Reader) end() error {
	if !r.final {
		return errShort
	}
	if r.around != 0 && !r.closed {
		return r.bad(errors.New("the file ends within the vector around all values"))
	}
	return io.EOF
}

// more reads more of the source, in front of which it puts what is left of the text.
func (r *Reader) more() error {
	if r.final {
		return r.bad(errEnds)
	}
	if len(r.text) > MaxBytes {
		return r.bad(errLong)
	}
	if len(r.text) > cap(r.buffer)/2 {
		larger := make([]byte, 0, 2*cap(r.buffer))
		r.buffer = append(larger, r.text...)
	} else {
		r.buffer = append(r.buffer[:0], r.text...)
	}
	n, err := io.ReadFull(r.source, r.buffer[len(r.buffer):cap(r.buffer)]) // in one go: what is short is read from its start again
	r.buffer = r.buffer[:len(r.buffer)+n]
	r.text = r.buffer
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		r.final, err = true, nil
	}
	return err
}

func (r *Reader) bad(why error) error {
	at := min(r.at, len(r.text))
	return fmt.Errorf("%w: line %d: %w", ErrSyntax, r.line+bytes.Count(r.text[:at], newline), why)
}

// Parse returns the only value in a text. The value is valid as long as the text is not changed.
func Parse(text []byte) (Value, error) {
	p := parser{lexer: lexer{text: text, final: true}}
	found, err := p.value()
	if err != nil {
		return Value{}, fmt.Errorf("%w: %w", ErrSyntax, err)
	}
	if more, _ := p.skip(); !found || more {
		return Value{}, fmt.Errorf("%w: not one value", ErrSyntax)
	}
	return Value{p.nodes}, nil
}

package edn

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// ErrSyntax is returned for invalid EDN or JSON and for values beyond a limit. It names the line.
var ErrSyntax = errors.New("edn: bad syntax")

// Reader reads the values of a file one by one.
type Reader struct {
	source io.Reader
	parser
	buffer []byte // bytes read; parser.text is the unread part of it
	line   int    // line of the beginning of text, counting from 1
	begun  int    // line on which the latest value began
	around byte   // closing bracket of the collection around all values; 0: there is none
	began  bool
	closed bool // that collection has been closed
}

var errLong = fmt.Errorf("a value or a comment of more than %d bytes", MaxBytes)

// firstBuffer is the number of bytes read at once, unless a value needs more.
const firstBuffer = 256 << 10

// NewReader returns a reader of the values in source.
func NewReader(source io.Reader) *Reader {
	return &Reader{source: source, line: 1, buffer: make([]byte, 0, firstBuffer)}
}

// Next returns the next value. If the file begins with a vector or a list, its values are those inside. The error is
// io.EOF at the end, ErrSyntax, or an error of the source.
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

// Line returns the line on which the latest value began, counting from 1.
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
		return Value{}, r.bad(errors.New("there is more after the end of the vector around all values"))
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
	if !found { // everything was discarded
		return Value{}, r.end()
	}
	r.begun = r.line + bytes.Count(r.text[:start], newline)
	v := Value{r.nodes}
	r.consume()
	return v, nil
}

var newline = []byte{'\n'}

// consume drops the text that was parsed. Nodes point into it, so it is not overwritten until more is read.
func (r *Reader) consume() {
	r.line += bytes.Count(r.text[:r.at], newline)
	r.text, r.at = r.text[r.at:], 0
}

// begin inspects the start of the file. It enters a collection around all values, and takes the file as JSON if the
// first key of a map is a string followed by a colon.
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

// looksLikeJSON reports whether a map comes next whose first key is a string followed by a colon.
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

// unless asks for more text if the text may continue. It drops other errors, because the parser will find them again.
func (l *lexer) unless(err error) error {
	if errors.Is(err, errShort) || err == nil && !l.final {
		return errShort
	}
	return nil
}

// end returns the result of finding no more values in the text.
func (r *Reader) end() error {
	if !r.final {
		return errShort
	}
	if r.around != 0 && !r.closed {
		return r.bad(errors.New("the file ends within the vector around all values"))
	}
	return io.EOF
}

// more reads more of the source, after the unparsed rest of the text.
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
	n, err := io.ReadFull(r.source, r.buffer[len(r.buffer):cap(r.buffer)]) // as much as possible, because a value that is cut off here is parsed again from its start
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

// Parse returns the only value in a text. The value is valid as long as the text is unchanged.
func Parse(text []byte) (Value, error) {
	p := parser{lexer: lexer{text: text, final: true}}
	found, err := p.value()
	if err != nil {
		return Value{}, fmt.Errorf("%w: %w", ErrSyntax, err)
	}
	if more, _ := p.skip(); !found || more {
		return Value{}, fmt.Errorf("%w: want exactly one value", ErrSyntax)
	}
	return Value{p.nodes}, nil
}

package edn

import (
	"bytes"
	"errors"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

// errShort means that the text ends within a value, so that more of it is needed.
var errShort = errors.New("the text ends within a value")

// errEnds means that the file ends within a value.
var errEnds = errors.New("the file ends within the value that begins here")

// lexer tokenizes a text. In JSON, a colon separates like a comma.
type lexer struct {
	text  []byte
	at    int
	final bool // the text is complete
	json  bool
}

// class is the meaning of a byte outside strings.
type class uint8

const (
	word    class = iota // part of a number, a symbol or a keyword
	blank                // a separator
	control              // has a meaning of its own
)

var classes = func() (all [256]class) {
	for b := range 33 { // control characters are separators too, because some tools write them into logs
		all[b] = blank
	}
	all[','] = blank
	for _, b := range []byte(`"()[]{};`) {
		all[b] = control
	}
	return all
}()

// skip advances past blanks and comments. It returns false at the end of the text.
func (l *lexer) skip() (bool, error) {
	for ; l.at < len(l.text); l.at++ {
		switch b := l.text[l.at]; {
		case classes[b] == blank, l.json && b == ':':
		case b == ';' && !l.json:
			end := bytes.IndexByte(l.text[l.at:], '\n')
			if end < 0 && !l.final {
				return false, errShort
			}
			if end < 0 {
				l.at = len(l.text)
				return false, nil
			}
			l.at += end
		default:
			return true, nil
		}
	}
	return false, nil
}

// wordEnd returns the end of the word that begins at a position.
func (l *lexer) wordEnd(at int) (int, error) {
	for ; at < len(l.text); at++ {
		if b := l.text[at]; classes[b] != word || l.json && b == ':' {
			return at, nil
		}
	}
	if !l.final {
		return 0, errShort
	}
	return at, nil
}

// atom reads a value that is not a collection.
func (l *lexer) atom() (node, error) {
	switch l.text[l.at] {
	case '"':
		return l.quoted()
	case '\\':
		return l.char()
	}
	end, err := l.wordEnd(l.at)
	if err != nil {
		return node{}, err
	}
	if end == l.at {
		return node{}, fmt.Errorf("unexpected %q", l.text[l.at])
	}
	text := l.text[l.at:end]
	l.at = end
	return atomOf(text)
}

func atomOf(text []byte) (node, error) {
	n := node{text: text, kind: Symbol}
	switch first := text[0]; {
	case first == ':':
		n.kind, n.text = Keyword, text[1:]
		if len(text) == 1 {
			return n, errors.New("a colon without a name")
		}
	case digit(first), (first == '+' || first == '-') && len(text) > 1 && digit(text[1]):
		n.kind, n.text = Number, plainNumber(text)
	case first == '^', first == '@', first == '`', first == '~':
		return n, fmt.Errorf("%q is Clojure, but not EDN", text[:1])
	default:
		switch string(text) {
		case "nil", "null":
			n.kind, n.text = Nil, nil
		case "true", "false":
			n.kind = Bool
		}
	}
	return n, nil
}

func digit(b byte) bool { return '0' <= b && b <= '9' }

// plainNumber removes a plus sign and the N of a big number, which do not change the value.
func plainNumber(text []byte) []byte {
	text = bytes.TrimPrefix(text, []byte("+"))
	if n := len(text); text[n-1] == 'N' && digit(text[n-2]) {
		text = text[:n-1]
	}
	return text
}

// char reads a character: \a,
// ewline, \u0041. It may be a bracket.
func (l *lexer) char() (node, error) {
	if l.at+1 >= len(l.text) {
		return node{}, l.short()
	}
	_, size := utf8.DecodeRune(l.text[l.at+1:])
	end, err := l.wordEnd(l.at + 1 + size)
	if err != nil {
		return node{}, err
	}
	n := node{text: l.text[l.at+1 : end], kind: Char}
	l.at = end
	return n, nil
}

func (l *lexer) short() error {
	if l.final {
		return errEnds
	}
	return errShort
}

// quoted reads a string.
func (l *lexer) quoted() (node, error) {
	for at := l.at + 1; at < len(l.text); at++ {
		switch l.text[at] {
		case '"':
			n := node{text: l.text[l.at+1 : at], kind: String}
			l.at = at + 1
			return n, nil
		case '\\':
			return l.escaped(at)
		}
	}
	return node{}, l.short()
}

// escaped reads a string whose first escape is at a position.
func (l *lexer) escaped(at int) (node, error) {
	content := bytes.Clone(l.text[l.at+1 : at])
	for at < len(l.text) {
		b := l.text[at]
		at++
		switch b {
		case '"':
			l.at = at
			return node{text: content, kind: String}, nil
		case '\\':
			r, next, err := l.escape(at)
			if err != nil {
				return node{}, err
			}
			content, at = utf8.AppendRune(content, r), next
		default:
			content = append(content, b)
		}
	}
	return node{}, l.short()
}

var escapes = map[byte]rune{
	'"': '"', '\\': '\\', '/': '/', '\'': '\'', 'n': '\n', 't': '\t', 'r': '\r', 'b': '\b', 'f': '\f',
}

// escape returns the character that an escape stands for, and the position after it. It begins after the backslash.
func (l *lexer) escape(at int) (rune, int, error) {
	if at >= len(l.text) {
		return 0, 0, l.short()
	}
	if r, known := escapes[l.text[at]]; known {
		return r, at + 1, nil
	}
	if l.text[at] != 'u' {
		return 0, 0, fmt.Errorf("a string has the unknown escape \\%c", l.text[at])
	}
	r, err := l.hex(at + 1)
	if err != nil || !utf16.IsSurrogate(r) {
		return r, at + 5, err
	}
	if at+7 > len(l.text) && !l.final {
		return 0, 0, errShort
	}
	if bytes.HasPrefix(l.text[at+5:], []byte(`\u`)) {
		low, lowErr := l.hex(at + 7)
		if both := utf16.DecodeRune(r, low); lowErr == nil && both != utf8.RuneError {
			return both, at + 11, nil
		}
		if errors.Is(lowErr, errShort) {
			return 0, 0, lowErr
		}
	}
	return utf8.RuneError, at + 5, nil
}

func (l *lexer) hex(at int) (rune, error) {
	if at+4 > len(l.text) {
		return 0, l.short()
	}
	var r rune
	for _, b := range l.text[at : at+4] {
		switch {
		case digit(b):
			r = r<<4 | rune(b-'0')
		case 'a' <= b|0x20 && b|0x20 <= 'f':
			r = r<<4 | rune(b|0x20-'a'+10)
		default:
			return 0, fmt.Errorf("a string has the escape \\u%s", l.text[at:at+4])
		}
	}
	return r, nil
}

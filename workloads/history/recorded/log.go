package recorded

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"

	"github.com/lightningdb/lightning-torture/workloads/history/edn"
)

// maxLine limits the length of a line in a log, in bytes.
const maxLine = 16 << 20

// lines reads entries from a log and skips all other lines.
type lines struct {
	scanner *bufio.Scanner
	line    int
	words   words
}

func newLines(from io.Reader) *lines {
	s := bufio.NewScanner(from)
	s.Buffer(make([]byte, 0, 64<<10), maxLine)
	return &lines{scanner: s, words: words{}}
}

func (l *lines) next() (entry, error) {
	for l.scanner.Scan() {
		l.line++
		found, yes := eventOf(l.scanner.Bytes())
		if !yes {
			continue
		}
		e, err := l.entry(found)
		if err != nil {
			return entry{}, badLine(l.line, "%w", err)
		}
		return e, nil
	}
	if err := l.scanner.Err(); errors.Is(err, bufio.ErrTooLong) {
		return entry{}, badLine(l.line+1, "it has more than %d bytes", maxLine)
	} else if err != nil {
		return entry{}, err
	}
	return entry{}, io.EOF
}

// loggedEvent is a line of a log, split into its parts.
type loggedEvent struct {
	process, f, value []byte
	event             event
}

// eventOf finds the event in a line: a process, a type, a function and the rest, separated by blanks. Anything before
// the process is ignored.
func eventOf(line []byte) (loggedEvent, bool) {
	var e loggedEvent
	for at := 0; ; {
		colon := bytes.IndexByte(line[at:], ':')
		if colon < 0 {
			return e, false
		}
		at += colon
		end := at + 1
		for end < len(line) && 'a' <= line[end] && line[end] <= 'z' {
			end++
		}
		if kind, known := events[string(line[at+1:end])]; known && end < len(line) && blankByte(line[end]) {
			e.event = kind
			if e.process, known = lastWord(line[:at]); known {
				return e, e.split(line[end:])
			}
		}
		at = end
	}
}

func blankByte(b byte) bool { return b == ' ' || b == '\t' }

// lastWord returns the last word of a text that ends with a blank. A process is a number or a keyword.
func lastWord(text []byte) ([]byte, bool) {
	trimmed := bytes.TrimRight(text, " \t")
	if len(trimmed) == len(text) || len(trimmed) == 0 {
		return nil, false
	}
	word := trimmed[bytes.LastIndexAny(trimmed, " \t")+1:]
	_, err := strconv.Atoi(string(word))
	return word, err == nil || len(word) > 1 && word[0] == ':'
}

// split splits what follows the type.
func (e *loggedEvent) split(rest []byte) bool {
	rest = bytes.TrimLeft(rest, " \t")
	end := bytes.IndexAny(rest, " \t")
	if end < 0 {
		end = len(rest)
	}
	e.f, e.value = rest[:end], bytes.TrimSpace(rest[end:])
	return len(e.f) > 1 && e.f[0] == ':'
}

func (l *lines) entry(found loggedEvent) (entry, error) {
	e := entry{line: l.line, event: found.event, f: l.words.of(found.f[1:])}
	if e.other = found.process[0] == ':'; e.other {
		return e, nil
	}
	var err error
	if e.client, err = strconv.Atoi(string(found.process)); err != nil {
		return e, err
	}
	if len(found.value) == 0 {
		return e, nil
	}
	values, err := edn.Parse(append(append([]byte{'['}, found.value...), ']')) // an error may follow the value
	if err != nil {
		return e, err
	}
	e.value = values.At(0)
	timedOut := e.value.Kind() == edn.Keyword && string(e.value.Text()) == "timed-out"
	e.refused = e.event == fail && values.Len() == 1 && !timedOut
	if e.event == fail && timedOut {
		e.event = info
	}
	return e, nil
}

package litmus

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Step is one line of a program: a verb and its arguments. Which fields are used depends on the verb.
type Step struct {
	Line   int    // line number in the file, from 1
	Verb   string // a key of verbs
	Name   string // file or directory, as a path without leading slash; "/" is the root
	To     string // new name of rename and link; other name of exchange; target of symlink
	Letter byte   // letter that a write consists of
	Off    int64  // in bytes
	Len    int64  // in bytes; for truncate the new size

	text string // text of the line
}

// verb is a kind of step.
type verb struct {
	usage    string // the arguments, in words known to argument
	handle   handle // what it does with the open handle of its NAME
	observes bool   // its result is part of the outcome
}

// handle says what a step does to the handle that was opened under a name.
type handle uint8

const (
	ignores handle = iota
	opens
	needs
	closes
)

// verbs has all kinds of steps; actions carries them out.
var verbs = map[string]verb{
	"create":       {usage: "NAME", handle: opens},
	"open":         {usage: "NAME", handle: opens},
	"open-sync":    {usage: "NAME", handle: opens},
	"close":        {usage: "NAME", handle: closes},
	"write":        {usage: "NAME LETTER OFFSET LENGTH", handle: needs},
	"append":       {usage: "NAME LETTER LENGTH", handle: needs},
	"truncate":     {usage: "NAME LENGTH", handle: needs},
	"fsync":        {usage: "NAME", handle: needs},
	"fdatasync":    {usage: "NAME", handle: needs},
	"fsync-dir":    {usage: "DIR"},
	"mkdir":        {usage: "NAME"},
	"rmdir":        {usage: "NAME"},
	"unlink":       {usage: "NAME"},
	"rename":       {usage: "NAME TO"},
	"exchange":     {usage: "NAME TO"},
	"link":         {usage: "NAME TO"},
	"symlink":      {usage: "TARGET NAME"},
	"failed-fsync": {usage: "NAME", handle: needs, observes: true},
	"try-fsync":    {usage: "NAME", handle: needs, observes: true},
	"read":         {usage: "NAME", handle: needs, observes: true},
	"evict":        {usage: "NAME", handle: needs},
}

func verbNames() string { return strings.Join(slices.Sorted(maps.Keys(verbs)), ", ") }

// maxLen limits what one step writes: litmus programs are small, and their outcomes are written by hand.
const maxLen = 1 << 20

var (
	namePattern   = regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9_.-]*(/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*$`)
	letterPattern = regexp.MustCompile(`^[A-Za-z]$`)
)

// parseStep reads a step, such as "write f n 0 600".
func parseStep(line int, text string) (Step, error) {
	fields := strings.Fields(text)
	v, ok := verbs[fields[0]]
	if !ok {
		return Step{}, fmt.Errorf("unknown step %q; choose one of %s", fields[0], verbNames())
	}
	usage := strings.Fields(v.usage)
	if len(fields) != 1+len(usage) {
		return Step{}, fmt.Errorf("%q has %d arguments; want %s %s", text, len(fields)-1, fields[0], v.usage)
	}
	s := Step{Line: line, Verb: fields[0], text: strings.Join(fields, " ")}
	for i, kind := range usage {
		if err := s.argument(kind, fields[1+i]); err != nil {
			return Step{}, fmt.Errorf("%w, in %s %s", err, fields[0], v.usage)
		}
	}
	return s, nil
}

// argument stores one argument of a kind that a usage names.
func (s *Step) argument(kind, text string) (err error) {
	switch kind {
	case "DIR":
		s.Name = text
		if text == "/" {
			return nil
		}
		return checkName(kind, text)
	case "NAME":
		s.Name = text
		return checkName(kind, text)
	case "TO", "TARGET":
		s.To = text
		return checkName(kind, text)
	case "LETTER":
		s.Letter = text[0]
		if !letterPattern.MatchString(text) {
			return fmt.Errorf("LETTER %q is not one of a-z, A-Z", text)
		}
	case "OFFSET":
		s.Off, err = number(kind, text)
	default:
		s.Len, err = number(kind, text)
	}
	return err
}

func checkName(kind, text string) error {
	if !namePattern.MatchString(text) {
		return fmt.Errorf("%s %q is not a path such as d/f, of letters, digits, '_', '.' and '-'", kind, text)
	}
	return nil
}

func number(kind, text string) (int64, error) {
	n, err := strconv.ParseUint(text, 10, 63)
	if err != nil || n > maxLen {
		return 0, fmt.Errorf("%s %q is not a number of bytes up to %d", kind, text, maxLen)
	}
	return int64(n), nil
}

package mutants

import (
	"fmt"
	"path"
	"strings"
)

// Parse parses the text of a mutant. Errors wrap ErrFormat and name the mutant and the line.
func Parse(name, text string) (Mutant, error) {
	p := parser{m: Mutant{Name: name}}
	for i, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		p.line = i + 1
		if err := p.feed(line); err != nil {
			return Mutant{}, err
		}
	}
	if err := p.endEdit(); err != nil {
		return Mutant{}, err
	}
	return p.m, p.complete()
}

type parser struct {
	m     Mutant
	line  int
	field *string // the header field that a continuation line continues
	flags string
	file  string // of the edit being read; empty in the header
	edit  *Edit
	blank int // empty lines since the last line of the edit; they are context if another line of the edit follows
}

func (p *parser) feed(line string) error {
	switch {
	case strings.HasPrefix(line, "--- "):
		return p.startFile(strings.TrimPrefix(line, "--- "))
	case p.file == "":
		return p.header(line)
	case line == "@@":
		return p.startEdit()
	default:
		return p.body(line)
	}
}

func (p *parser) header(line string) error {
	if strings.TrimSpace(line) == "" {
		return nil
	}
	if strings.HasPrefix(line, " ") {
		if p.field == nil {
			return p.bad("a continuation line before any field")
		}
		*p.field += " " + strings.TrimSpace(line)
		return nil
	}
	key, value, found := strings.Cut(line, ":")
	fields := map[string]*string{
		"class": &p.m.Class, "bug": &p.m.Bug, "reference": &p.m.Reference, "killed-by": &p.m.KilledBy, "flags": &p.flags,
	}
	field, known := fields[key]
	if !found || !known {
		return p.bad("want class:, bug:, reference:, killed-by: or flags:, got %q", line)
	}
	if *field != "" {
		return p.bad("%s: is given twice", key)
	}
	*field, p.field = strings.TrimSpace(value), field
	return nil
}

func (p *parser) startFile(file string) error {
	if err := p.endEdit(); err != nil {
		return err
	}
	if file != path.Clean(file) || path.IsAbs(file) || strings.HasPrefix(file, "..") {
		return p.bad("the file %q is not a clean path inside the module", file)
	}
	p.file = file
	return nil
}

func (p *parser) startEdit() error {
	if err := p.endEdit(); err != nil {
		return err
	}
	p.edit, p.blank = &Edit{File: p.file, Line: p.line}, 0
	return nil
}

func (p *parser) body(line string) error {
	if line == "" {
		p.blank++
		return nil
	}
	if p.edit == nil {
		return p.bad("want @@ before the lines of an edit")
	}
	gap := strings.Repeat("\n", p.blank)
	p.edit.Old, p.edit.New, p.blank = p.edit.Old+gap, p.edit.New+gap, 0
	content := line[1:] + "\n"
	switch line[0] {
	case ' ':
		p.edit.Old += content
		p.edit.New += content
	case '-':
		p.edit.Old += content
	case '+':
		p.edit.New += content
	default:
		return p.bad("a line of an edit begins with a space, - or +, got %q", line)
	}
	return nil
}

func (p *parser) endEdit() error {
	e := p.edit
	if e == nil {
		return nil
	}
	if e.Old == "" {
		return p.bad("the edit at line %d names no lines to find", e.Line)
	}
	if e.Old == e.New {
		return p.bad("the edit at line %d changes nothing", e.Line)
	}
	p.m.Edits = append(p.m.Edits, *e)
	p.edit = nil
	return nil
}

func (p *parser) complete() error {
	p.m.Flags = strings.Fields(p.flags)
	switch {
	case p.m.Class == "" || p.m.Bug == "" || p.m.Reference == "" || p.m.KilledBy == "":
		return p.bad("class:, bug:, reference: and killed-by: must be there")
	case len(p.m.Edits) == 0:
		return p.bad("no edit")
	}
	return nil
}

func (p *parser) bad(format string, args ...any) error {
	return fmt.Errorf("%w: %s line %d: %s", ErrFormat, p.m.Name, p.line, fmt.Sprintf(format, args...))
}

package litmus

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"strings"
)

// Parse reads a program. name is the name of the file, which starts with the program's ID; it is also used in errors.
func Parse(name string, text []byte) (*Program, error) {
	r := &reader{file: path.Base(name), program: &Program{}, open: map[string]bool{}}
	for i, line := range strings.Split(string(text), "\n") {
		r.line = i + 1
		if err := r.read(line); err != nil {
			return nil, r.wrong(err)
		}
	}
	if err := r.finish(); err != nil {
		return nil, r.wrong(err)
	}
	return r.program, nil
}

// reader is a parser in the middle of a file.
type reader struct {
	file    string
	line    int
	program *Program
	body    func(text string) error // handles the indented lines of the section; nil if there are none
	open    map[string]bool         // names with an open handle
	setup   bool                    // the setup has started
}

func (r *reader) wrong(err error) error {
	return fmt.Errorf("%w: %s:%d: %w", ErrSyntax, r.file, r.line, err)
}

var idPattern = regexp.MustCompile(`^L[0-9]{2}$`)

func (r *reader) read(line string) error {
	text := strings.TrimSpace(line)
	switch {
	case text == "" || strings.HasPrefix(text, "#"):
		return nil
	case line[0] != ' ' && line[0] != '\t':
		key, value, ok := strings.Cut(text, ":")
		if !ok {
			return fmt.Errorf("%q is neither indented nor KEY: VALUE", text)
		}
		r.body = nil
		return r.section(key, strings.TrimSpace(value))
	case r.body == nil:
		return fmt.Errorf("%q is indented, but belongs to nothing; write setup:, program: or PROFILE: above it", text)
	}
	return r.body(text)
}

// section starts the section of a line that is not indented.
func (r *reader) section(key, value string) error {
	p := r.program
	switch key {
	case "id":
		return errors.Join(once(&p.ID, key, value), r.checkID())
	case "title":
		return once(&p.Title, key, value)
	case "source":
		p.Sources = append(p.Sources, value)
		return once(new(string), key, value)
	case "setup", "program":
		return r.beginSteps(key, value)
	}
	return r.beginOutcomes(strings.Split(key, ","), value)
}

// once sets a header, which may appear only once.
func once(header *string, key, value string) error {
	switch {
	case value == "":
		return fmt.Errorf("%s is empty; write it on the same line", key)
	case *header != "":
		return fmt.Errorf("%s is given twice; keep one", key)
	}
	*header = value
	return nil
}

func (r *reader) checkID() error {
	switch id := r.program.ID; {
	case id == "":
		return nil // once has reported it
	case !idPattern.MatchString(id):
		return fmt.Errorf("id %q is not L and two digits", id)
	case !strings.HasPrefix(r.file, id+"-"):
		return fmt.Errorf("id is %s, but the file is not named %s-WORDS.litmus", id, id)
	}
	return nil
}

func (r *reader) beginSteps(key, value string) error {
	p := r.program
	steps := &p.Steps
	switch {
	case value != "":
		return fmt.Errorf("%q follows %s: on its line; write the steps below it, indented", value, key)
	case len(p.Steps) > 0:
		return fmt.Errorf("%s: comes after the program; there is one setup, followed by one program", key)
	case key == "setup" && r.setup:
		return errors.New("setup is given twice; keep one")
	case key == "setup":
		steps, r.setup = &p.Before, true
	}
	clear(r.open)
	r.body = func(text string) error { return r.step(steps, text) }
	return nil
}

// step reads a step and checks that the handle it needs is open.
func (r *reader) step(steps *[]Step, text string) error {
	s, err := parseStep(r.line, text)
	if err != nil {
		return err
	}
	v := verbs[s.Verb]
	switch open := r.open[s.Name]; {
	case v.handle == opens && open:
		return fmt.Errorf("%s is open already; close it first", s.Name)
	case (v.handle == needs || v.handle == closes) && !open:
		return fmt.Errorf("%s is not open here; create or open it first", s.Name)
	case v.observes && steps == &r.program.Before:
		return fmt.Errorf("%s is for the program; a setup observes nothing", s.Verb)
	}
	if v.handle != ignores {
		r.open[s.Name] = v.handle != closes
	}
	*steps = append(*steps, s)
	return nil
}

// finish checks what is known only at the end of the file.
func (r *reader) finish() error {
	p := r.program
	switch {
	case p.ID == "" || p.Title == "" || len(p.Sources) == 0:
		return errors.New("the file needs an id, a title and a source")
	case len(p.Steps) == 0:
		return errors.New("the file has no program")
	case len(p.allowed) == 0:
		return errors.New("the file has no outcomes; write PROFILE: and below it, indented, one outcome a line")
	}
	for _, a := range p.allowed {
		if len(a.outcomes) == 0 {
			return fmt.Errorf("profile %s has no outcomes; power cuts leave at least one disk", a.profile)
		}
	}
	return nil
}

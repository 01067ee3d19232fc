package trials

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// Class says why a mutant survived. A person decides.
type Class string

// The classes. Mutants of the first two classes are not bugs and do not count.
const (
	Equivalent  Class = "equivalent"  // nothing observable changes
	Speed       Class = "speed"       // only time, memory or space changes, within limits
	Unreachable Class = "unreachable" // no input and no fault leads there
	Missed      Class = "missed"      // a bug that no judge noticed
)

// classes returns all classes.
func classes() []Class { return []Class{Equivalent, Speed, Unreachable, Missed} }

// reason is a person's explanation of why a judge did not kill a mutant.
type reason struct {
	class    Class
	argument string
}

// reasons are keyed by the ID of the mutant.
type reasons map[string]reason

// readReasons reads a file with one line per survivor: its ID, a class, a colon and an argument. Empty lines and lines
// that begin with # are ignored. It returns ErrReasons for a malformed file; a missing file has no reasons.
func readReasons(name string) (reasons, error) {
	all := reasons{}
	if name == "" {
		return all, nil
	}
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return all, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrReasons, err)
	}
	number := 0
	for line := range strings.Lines(string(text)) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		id, rest, _ := strings.Cut(line, " ")
		class, argument, _ := strings.Cut(rest, ":")
		r := reason{Class(strings.TrimSpace(class)), strings.TrimSpace(argument)}
		switch _, twice := all[id]; {
		case twice:
			return nil, fmt.Errorf("%w: %s line %d: a second reason for %s", ErrReasons, name, number, id)
		case !slices.Contains(classes(), r.class) || r.argument == "":
			return nil, fmt.Errorf("%w: %s line %d: write ID CLASS: ARGUMENT, with a class of %v", ErrReasons, name, number, classes())
		}
		all[id] = r
	}
	return all, nil
}

// excuses reports whether mutants of the class do not count.
func (c Class) excuses() bool { return c == Equivalent || c == Speed }

// problem returns what is wrong with a reason for a mutant with these answers, or "".
func (r reason) problem(id string, answers map[string]Answer, judges []Judge) string {
	var killers []string
	for _, j := range judges {
		if answers[j.Name].Kills() {
			killers = append(killers, j.Name)
		}
	}
	switch {
	case len(killers) == len(judges):
		return fmt.Sprintf("%s is classed as %s, but is killed by every judge; remove the reason", id, r.class)
	case len(killers) > 0 && (r.class == Equivalent || r.class == Unreachable):
		return fmt.Sprintf("%s is classed as %s, but is killed by %s; correct the reason", id, r.class, strings.Join(killers, ", "))
	}
	return ""
}

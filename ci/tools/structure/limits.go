package main

import (
	"fmt"
	"go/ast"
	"strconv"
	"strings"
)

const (
	filesMax    = 25
	exportedMax = 60
	cycleMax    = 8
	linesMax    = 400
)

// limits is what the directives of a package say; a limit of 0 stands for the usual one.
type limits struct {
	roots                  []string
	files, exported, cycle int
}

const (
	rootDirective   = "//structure:root "
	limitsDirective = "//structure:limits "
)

// limitsIn reads the directives in the comments of a package.
func limitsIn(files []*ast.File) (limits, error) {
	var found limits
	for _, file := range files {
		for _, group := range file.Comments {
			for _, comment := range group.List {
				if roots, ok := strings.CutPrefix(comment.Text, rootDirective); ok {
					found.roots = strings.Fields(roots)
				}
				if text, ok := strings.CutPrefix(comment.Text, limitsDirective); ok {
					if err := found.parse(text); err != nil {
						return limits{}, err
					}
				}
			}
		}
	}
	return found, nil
}

func (l *limits) parse(text string) error {
	for _, field := range strings.Fields(text) {
		name, value, _ := strings.Cut(field, "=")
		n, err := strconv.Atoi(value)
		if err != nil {
			return fmt.Errorf("%s%s: %q is not NAME=NUMBER", limitsDirective, text, field)
		}
		switch name {
		case "files":
			l.files = n
		case "exported":
			l.exported = n
		case "cycle":
			l.cycle = n
		default:
			return fmt.Errorf("%s%s: no limit is called %q; choose files, exported or cycle", limitsDirective, text, name)
		}
	}
	return nil
}

// complaints says what is wrong with a package, a sentence each.
func (p *pkg) complaints() []string {
	var all []string
	complain := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	check := func(what string, value, limit, usual int, hint string) {
		switch {
		case limit == 0 && value > usual:
			complain("%d %s, and at most %d are allowed: %s", value, what, usual, hint)
		case limit != 0 && value > limit:
			complain("%d %s, and its doc.go allows %d: %s", value, what, limit, hint)
		case limit != 0 && value <= usual:
			complain("%d %s, which need no limit of their own: remove it from doc.go", value, what)
		case limit != 0 && value < limit:
			complain("%d %s, and its doc.go allows %d: lower that", value, what, limit)
		}
	}
	check("files", p.files, p.limits.files, filesMax, "move one idea to a package of its own, or give the reason in doc.go")
	check("exported names", p.exported, p.limits.exported, exportedMax, "narrow the interface, or give the reason in doc.go")
	check("files depend on each other in a cycle", len(p.cycle), p.limits.cycle, cycleMax, strings.Join(p.cycle, " "))
	for _, file := range p.long {
		complain("%s is longer than %d lines: is there a second idea to name?", file, linesMax)
	}
	return all
}

package main

import (
	"errors"
	"fmt"
	"os"
	"slices"

	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"
)

// check returns what is wrong with the packages of a module on an operating system: what does not compile or, if everything
// does, what the analyzers say.
func check(goos, dir string) (complaints []string, err error) {
	pkgs, err := packages.Load(&packages.Config{
		Mode:  packages.LoadAllSyntax,
		Dir:   dir,
		Tests: true,
		Env:   append(os.Environ(), "GOOS="+goos, "CGO_ENABLED=0"),
	}, "./...")
	if err == nil && len(pkgs) == 0 {
		err = errors.New("there are no packages")
	}
	if err != nil {
		return nil, fmt.Errorf("%s for %s: %w", dir, goos, err)
	}
	packages.Visit(pkgs, nil, func(p *packages.Package) {
		for _, e := range p.Errors {
			complaints = append(complaints, e.Error())
		}
	})
	if len(complaints) == 0 {
		complaints, err = analyze(pkgs)
	}
	return distinct(complaints), err
}

func analyze(pkgs []*packages.Package) (complaints []string, err error) {
	graph, err := checker.Analyze(analyzers, pkgs, nil)
	if err != nil {
		return nil, err
	}
	for _, act := range graph.Roots {
		if act.Err != nil {
			return nil, fmt.Errorf("%s: %w", act, act.Err)
		}
		for _, d := range act.Diagnostics {
			complaints = append(complaints, fmt.Sprintf("%s: %s", act.Package.Fset.Position(d.Pos), d.Message))
		}
	}
	return complaints, nil
}

// distinct leaves out what is said twice, because a package is loaded alone and with its tests.
func distinct(complaints []string) []string {
	slices.Sort(complaints)
	return slices.Compact(complaints)
}

package gotest

import (
	"flag"
	"path/filepath"
	"regexp"
	"strings"
)

// Command returns the shell line that runs one test, preceded by an environment variable if variable is not empty,
// such as "TORTURE_REPLAY=LT2-... go test -run '^TestCrash$' ./kv".
func (h Home) Command(variable, test string) string {
	words := []string{"go", "test"}
	if h.Tags != "" {
		words = append(words, "-tags", Quote(h.Tags))
	}
	words = append(words, "-run", "'"+strings.ReplaceAll(Pattern(test), "'", `'\''`)+"'", Quote(h.Package))
	if variable != "" {
		words = append([]string{variable}, words...)
	}
	return strings.Join(append(words, ownFlags(flag.CommandLine)...), " ")
}

// ownFlags returns the flags given to this process that the package of the test defines.
func ownFlags(flags *flag.FlagSet) (words []string) {
	flags.Visit(func(f *flag.Flag) {
		if !strings.HasPrefix(f.Name, "test.") {
			words = append(words, Quote("-"+f.Name+"="+f.Value.String()))
		}
	})
	return words
}

// CommandWith returns the shell line that copies a test file into the directory of the package and runs one test in
// it.
func (h Home) CommandWith(file, test string) string {
	return "cp " + Quote(h.Shown(file)) + " " + Quote(filepath.ToSlash(h.Shown(h.Dir))) + " && " + h.Command("", test)
}

var special = regexp.MustCompile(`[^A-Za-z0-9]+`)

// Word returns the name of a test in a form that fits into file and function names, such as "TestCrash_my_store".
func Word(test string) string { return strings.Trim(special.ReplaceAllString(test, "_"), "_") }

// Pattern returns the regular expression for "go test -run" that matches one test only.
func Pattern(test string) string {
	parts := strings.Split(test, "/")
	for i, part := range parts {
		parts[i] = "^" + regexp.QuoteMeta(part) + "$"
	}
	return strings.Join(parts, "/")
}

var plain = regexp.MustCompile(`^[A-Za-z0-9_./:,=@%+-]+$`)

// Quote quotes a word for a POSIX shell.
func Quote(word string) string {
	if plain.MatchString(word) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

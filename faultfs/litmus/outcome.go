package litmus

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// maxOutcomes limits the outcomes of one program under one profile, because more cannot be reviewed.
const maxOutcomes = 1 << 10

// beginOutcomes starts the outcomes of profiles: "xfs, btrfs:" with outcomes below, or "xfs: = posix-min".
func (r *reader) beginOutcomes(profiles []string, value string) error {
	p := r.program
	if len(p.Steps) == 0 {
		return fmt.Errorf("%s: comes before the program; the keys above it are id, title, source, setup", profiles[0])
	}
	same, err := r.same(value)
	if err != nil {
		return err
	}
	first := len(p.allowed)
	for _, name := range profiles {
		name = strings.TrimSpace(name)
		if _, err := faultfs.ProfileNamed(name); err != nil {
			return err
		}
		if _, twice := p.Allowed(name); twice {
			return fmt.Errorf("profile %s is given twice; keep one", name)
		}
		p.allowed = append(p.allowed, allowed{name, slices.Clone(same)})
	}
	if value == "" {
		r.body = func(text string) error { return r.outcomes(p.allowed[first:], text) }
	}
	return nil
}

// same returns the outcomes of an earlier profile, for "= PROFILE".
func (r *reader) same(value string) (Set, error) {
	if value == "" {
		return nil, nil
	}
	name, ok := strings.CutPrefix(value, "=")
	if !ok {
		return nil, fmt.Errorf("%q follows the colon; write = PROFILE there, or outcomes below, indented", value)
	}
	outcomes, ok := r.program.Allowed(strings.TrimSpace(name))
	if !ok {
		return nil, fmt.Errorf("%q: there is no such profile above; choose one of %s", value, strings.Join(r.program.Profiles(), ", "))
	}
	return outcomes, nil
}

// outcomes adds one line of outcomes to each profile.
func (r *reader) outcomes(profiles []allowed, line string) error {
	texts, err := expand(line)
	if err != nil {
		return err
	}
	for _, text := range texts {
		outcome, err := r.canonical(text)
		if err != nil {
			return err
		}
		for i := range profiles {
			set := &profiles[i].outcomes
			at, twice := slices.BinarySearch(*set, outcome)
			if twice {
				return fmt.Errorf("%q is listed twice", outcome)
			}
			if len(*set) == maxOutcomes {
				return fmt.Errorf("more than %d outcomes; make the program smaller", maxOutcomes)
			}
			*set = slices.Insert(*set, at, outcome)
		}
	}
	return nil
}

// expand returns all the texts that a line with alternatives stands for: "a{b,c}d" is "abd" and "acd".
func expand(line string) ([]string, error) {
	head, rest, ok := strings.Cut(line, "{")
	if !ok {
		if strings.Contains(line, "}") {
			return nil, fmt.Errorf("%q has a } without a {", line)
		}
		return []string{line}, nil
	}
	choices, tail, ok := strings.Cut(rest, "}")
	switch {
	case strings.Contains(head, "}"):
		return nil, fmt.Errorf("%q has a } without a {", line)
	case !ok:
		return nil, fmt.Errorf("%q has a { without a }", line)
	case strings.Contains(choices, "{"):
		return nil, fmt.Errorf("{%s} has a { inside; write it out", choices)
	}
	tails, err := expand(tail)
	if err != nil {
		return nil, err
	}
	var all []string
	for choice := range strings.SplitSeq(choices, ",") {
		for _, t := range tails {
			all = append(all, head+choice+t)
		}
	}
	if len(all) > maxOutcomes {
		return nil, fmt.Errorf("%q stands for more than %d outcomes; make the program smaller", line, maxOutcomes)
	}
	return all, nil
}

// canonical checks an outcome and returns it in the form that Outcome writes.
func (r *reader) canonical(text string) (string, error) {
	before, state, bar := strings.Cut(text, "|")
	if !bar {
		before, state = "", text
	}
	seen := strings.Fields(before)
	if want := r.program.observations(); len(seen) != want {
		return "", fmt.Errorf("%q has %d observations before a bar; the program makes %d", text, len(seen), want)
	}
	for i, word := range seen {
		var err error
		if seen[i], err = canonicalObservation(word); err != nil {
			return "", err
		}
	}
	state, err := canonicalState(strings.Fields(state))
	return Outcome(seen, state), err
}

func canonicalObservation(word string) (string, error) {
	if word == "fsync:ok" || word == "fsync:EIO" {
		return word, nil
	}
	content, ok := strings.CutPrefix(word, "read:")
	if !ok {
		return "", fmt.Errorf("%q is no observation; write fsync:ok, fsync:EIO or read:CONTENT", word)
	}
	content, err := canonicalContent(content)
	return "read:" + content, err
}

func canonicalState(words []string) (string, error) {
	if len(words) == 0 {
		return "", fmt.Errorf("an outcome without anything on the disk; write %s", nothing)
	}
	words = slices.DeleteFunc(words, func(word string) bool { return word == nothing }) // left over from alternatives
	if len(words) == 0 {
		return nothing, nil
	}
	for i, word := range words {
		var err error
		if words[i], err = canonicalWord(word); err != nil {
			return "", err
		}
		if i > 0 && pathOf(words[i-1]) >= pathOf(words[i]) {
			return "", fmt.Errorf("%s comes after %s; sort the paths, each once", words[i], words[i-1])
		}
	}
	return strings.Join(words, " "), nil
}

var wordPattern = regexp.MustCompile(`^/([A-Za-z0-9_./-]+?)(/|=.*|->[A-Za-z0-9_./-]+)$`)

func pathOf(word string) string { return wordPattern.FindStringSubmatch(word)[1] }

func canonicalWord(word string) (string, error) {
	m := wordPattern.FindStringSubmatch(word)
	if m == nil || !namePattern.MatchString(m[1]) {
		return "", fmt.Errorf("%q is not /FILE=CONTENT, /DIRECTORY/ or /LINK->TARGET", word)
	}
	content, ok := strings.CutPrefix(m[2], "=")
	if !ok {
		return word, nil
	}
	content, err := canonicalContent(content)
	return "/" + m[1] + "=" + content, err
}

var runPattern = regexp.MustCompile(`^([A-Za-z.?])([1-9][0-9]{0,6})$`)

// canonicalContent joins adjacent runs of the same letter, which alternatives can produce: "n512+n88" is "n600".
func canonicalContent(content string) (string, error) {
	if content == "" {
		return "", nil
	}
	var out []string
	var last string
	var length int
	for run := range strings.SplitSeq(content, "+") {
		m := runPattern.FindStringSubmatch(run)
		if m == nil {
			return "", fmt.Errorf("%q in %q is not a letter, '.' or '?' and how many bytes of it", run, content)
		}
		n, err := strconv.Atoi(m[2])
		if err != nil {
			return "", errors.New("unreachable: seven digits are a number")
		}
		if m[1] == last {
			length, out = length+n, out[:len(out)-1]
		} else {
			last, length = m[1], n
		}
		out = append(out, last+strconv.Itoa(length))
	}
	return strings.Join(out, "+"), nil
}

package faultfs

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
)

// ParseRule reads a rule from its text.
func ParseRule(text string) (*Rule, error) {
	fields := strings.Fields(text)
	if len(fields) < 2 {
		const grammar = "want EFFECT OPERATION [GLOB] [key=value ...], such as \"eio write *.log nth=3\""
		return nil, fmt.Errorf("%w %q: %s", ErrRule, text, grammar)
	}
	r, given := &Rule{}, map[string]bool{}
	if err := r.parseHead(fields[0], fields[1]); err != nil {
		return nil, fmt.Errorf("%w %q: %w", ErrRule, text, err)
	}
	for i, field := range fields[2:] {
		name, value, pair := strings.Cut(field, "=")
		var err error
		switch {
		case pair && given[name]:
			err = fmt.Errorf("%s is given twice", name)
		case pair:
			given[name] = true
			err = r.parsePair(name, value)
		case i == 0:
			err = r.parseGlob(field)
		default:
			err = fmt.Errorf("%q is neither the glob nor key=value", field)
		}
		if err != nil {
			return nil, fmt.Errorf("%w %q: %w", ErrRule, text, err)
		}
	}
	return r, nil
}

func (r *Rule) parseHead(effect, op string) error {
	for e := EIO; e < effects; e++ {
		if effectNames[e] == effect {
			r.Effect = e
		}
	}
	if r.Effect == NoEffect {
		return fmt.Errorf("unknown effect %q; choose one of %s", effect, strings.Join(effectNames[1:], ", "))
	}
	r.Op = opKinds
	for k := range opKinds {
		if opNames[k] == op {
			r.Op = k
		}
	}
	if r.Op == opKinds {
		return fmt.Errorf("unknown operation %q; choose one of %s", op, strings.Join(opNames[:], ", "))
	}
	if ops := r.Effect.hits(); !slices.Contains(ops, r.Op) {
		return fmt.Errorf("%s cannot happen to %s; choose one of %s", r.Effect, r.Op, join(ops))
	}
	return nil
}

// hits returns the operations that the effect can happen to.
func (e Effect) hits() []OpKind {
	if e != EIO {
		return allowed[e]
	}
	var calls []OpKind
	for k := range OpRest {
		calls = append(calls, k)
	}
	return calls
}

func join(kinds []OpKind) string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = k.String()
	}
	return strings.Join(names, ", ")
}

func (r *Rule) parseGlob(glob string) error {
	if strings.Contains(glob, "/") {
		return fmt.Errorf("glob %q has a slash, but it is matched with the last element of a path", glob)
	}
	if _, err := path.Match(glob, ""); err != nil {
		return fmt.Errorf("glob %q: %w", glob, err)
	}
	r.Glob = glob
	return nil
}

func (r *Rule) parsePair(name, value string) error {
	if r.Effect == BitFlip && slices.Contains([]string{"nth", "every", "prob", "times"}, name) {
		return fmt.Errorf("%s does not fit %s, which is no call to count; choose one of seed, after, before", name, r.Effect)
	}
	if name == "prob" {
		p, err := strconv.ParseFloat(value, 64)
		if err != nil || !(p > 0 && p <= 1) {
			return fmt.Errorf("prob=%s is not a probability in (0, 1]", value)
		}
		r.Prob = p
		return nil
	}
	for _, f := range r.numbers() {
		if f.name != name {
			continue
		}
		n, err := strconv.ParseUint(value, 10, 64)
		if err != nil {
			return fmt.Errorf("%s=%s is not a whole number", name, value)
		}
		if n == 0 && name != "seed" && name != "after" {
			return fmt.Errorf("%s=0 would never hit; it counts from 1", name)
		}
		*f.value = n
		return nil
	}
	return fmt.Errorf("unknown key %q; choose one of nth, every, prob, seed, times, after, before", name)
}

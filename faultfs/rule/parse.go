package rule

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/lightningdb/lightning-torture/faultfs/trace"
)

// ParseRule parses the text form of a rule.
func ParseRule(text string) (*Rule, error) {
	fields := strings.Fields(text)
	if len(fields) < 2 {
		const grammar = "want EFFECT OPERATION [GLOB] [key=value ...], such as \"eio write *.log nth=3\""
		return nil, fmt.Errorf("%w %q: %s", ErrRule, text, grammar)
	}
	r := &Rule{}
	err := r.parseHead(fields[0], fields[1])
	if err == nil {
		err = r.parseRest(fields[2:])
	}
	if err != nil {
		return nil, fmt.Errorf("%w %q: %w", ErrRule, text, err)
	}
	return r, nil
}

func (r *Rule) parseHead(effect, op string) error {
	if r.Effect = trace.EffectNamed(effect); r.Effect == trace.NoEffect {
		return fmt.Errorf("unknown effect %q; choose one of %s", effect, strings.Join(trace.EffectNames(), ", "))
	}
	var known bool
	if r.Op, known = trace.OpKindNamed(op); !known {
		return fmt.Errorf("unknown operation %q; choose one of %s", op, strings.Join(trace.OpKindNames(), ", "))
	}
	if ops := targets(r.Effect); !slices.Contains(ops, r.Op) {
		return fmt.Errorf("%s cannot happen to %s; choose one of %s", r.Effect, r.Op, join(ops))
	}
	return nil
}

func join(kinds []trace.OpKind) string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = k.String()
	}
	return strings.Join(names, ", ")
}

// parseRest parses what follows effect and operation.
func (r *Rule) parseRest(fields []string) error {
	given := map[string]bool{}
	for i, field := range fields {
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
			return err
		}
	}
	if r.Effect == trace.Slow && !given["ms"] {
		return errors.New("slow wants ms=N: how many milliseconds late the call returns")
	}
	return nil
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

var keys = []string{"nth", "from", "every", "prob", "seed", "times", "after", "before", "ms", "bytes", "files", "as"}

// fits reports whether a key has a meaning for the rule.
func (r *Rule) fits(key string) bool {
	switch key {
	case "seed", "after", "before":
		return true
	case "ms":
		return r.Effect == trace.Slow || r.Effect == trace.Stall
	case "bytes":
		return r.Effect == trace.ENOSPC && slices.Contains([]trace.OpKind{trace.OpCreate, trace.OpWrite, trace.OpTruncate, trace.OpAny}, r.Op)
	case "files":
		return r.Effect == trace.EMFILE
	case "as":
		return r.Effect == trace.FailedSync
	}
	return !r.AtRest() // there is no call to count
}

func (r *Rule) parsePair(name, value string) error {
	var fitting []string
	for _, key := range keys {
		if r.fits(key) {
			fitting = append(fitting, key)
		}
	}
	switch {
	case !slices.Contains(keys, name):
		return fmt.Errorf("unknown key %q; choose one of %s", name, strings.Join(fitting, ", "))
	case !r.fits(name):
		return fmt.Errorf("%s does not fit %s %s; choose one of %s", name, r.Effect, r.Op, strings.Join(fitting, ", "))
	case name == "prob":
		return r.parseProb(value)
	case name == "as":
		return r.parseFailure(value)
	}
	return r.parseNumber(name, value)
}

func (r *Rule) parseProb(value string) error {
	p, err := strconv.ParseFloat(value, 64)
	if err != nil || !(p > 0 && p <= 1) {
		return fmt.Errorf("prob=%s is not a probability in (0, 1]", value)
	}
	r.Prob = p
	return nil
}

func (r *Rule) parseFailure(name string) error {
	if r.As = trace.FailureNamed(name); r.As == trace.AnyFailure {
		return fmt.Errorf("unknown failure as=%s; choose one of %s", name, strings.Join(trace.FailureNames(), ", "))
	}
	return nil
}

// maxMillis is the longest delay of a call. The other numbers of a rule are only compared with counts, so they may be
// of any size.
const maxMillis = 3_600_000

func (r *Rule) parseNumber(name, value string) error {
	n, err := strconv.ParseUint(value, 10, 64)
	switch {
	case err != nil:
		return fmt.Errorf("%s=%s is not a whole number", name, value)
	case n == 0 && name != "seed" && name != "after":
		return fmt.Errorf("%s=0 would never hit; it counts from 1", name)
	case name == "ms" && n > maxMillis:
		return fmt.Errorf("ms=%d is too long; the limit is %d, an hour", n, maxMillis)
	}
	for _, f := range r.numbers() {
		if f.name == name {
			*f.value = n
		}
	}
	return nil
}

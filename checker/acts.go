package checker

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// actKind is the kind of an act.
type actKind uint8

const (
	finds    actKind = iota // the key holds the value
	misses                  // the key does not hold the value
	requires                // in an open operation: unless the key holds the value, the rest of the operation does not happen
	assigns                 // the key holds the value afterwards
	adds                    // the number in the value is added to the number that the key holds
	extends                 // the value is appended to what the key holds
)

// act is one thing that an operation does to one key.
type act struct {
	kind  actKind
	value int32 // its number in the vocabulary of the key; nothing if the key is absent
}

// vocabulary numbers the values of one key. Unlike the numbers in cells, these do not identify writers: two operations
// may write the same value, and increments and appends create values that no operation writes.
type vocabulary struct {
	numbers map[string]int32
	values  []string // by number, counted from 1
	written []bool   // by number: an operation assigns it, or it was there at the start
	derived bool     // some values are derived from others, so the key may hold any value
	counted bool     // some derived values are sums

	asked    []int32            // the values that an operation found or asked for
	extended map[[2]int32]int32 // what extend has returned
}

func newVocabulary() *vocabulary {
	return &vocabulary{numbers: map[string]int32{}, extended: map[[2]int32]int32{}}
}

func (v *vocabulary) number(value string) int32 {
	if n, known := v.numbers[value]; known {
		return n
	}
	v.values, v.written = append(v.values, value), append(v.written, false)
	v.numbers[value] = int32(len(v.values))
	return int32(len(v.values))
}

// write is number for a value that the key can hold.
func (v *vocabulary) write(value string) int32 {
	n := v.number(value)
	v.written[n-1] = true
	return n
}

func (v *vocabulary) text(n int32) string {
	if n == nothing {
		return ""
	}
	return v.values[n-1]
}

// apply returns what the key holds after a step, or false if the step is impossible given what the key holds. An open
// step is never impossible: if it does not fit, it had no effect.
func (v *vocabulary) apply(held int32, s *step) (possible bool, after int32) {
	after = held
	for _, a := range s.acts {
		ok := true
		switch a.kind {
		case finds, requires:
			ok = after == a.value
		case misses:
			ok = after != a.value
		case assigns:
			after = a.value
		case adds:
			after, ok = v.add(after, a.value)
		case extends:
			after = v.extend(after, a.value)
		}
		if !ok {
			return s.done == history.Never, held
		}
	}
	return true, after
}

// extend returns a value with another one appended. A value that is not a prefix of anything that an operation asked
// for can never become equal to something asked for, however it is extended. All such values are therefore represented
// by a single one, foreign, which saves the search most of the orders of appends.
func (v *vocabulary) extend(held, by int32) int32 {
	if held == foreign {
		return foreign
	}
	pair := [2]int32{held, by}
	after, known := v.extended[pair]
	if !known {
		text := v.text(held) + v.text(by)
		after = foreign
		if v.counted || slices.ContainsFunc(v.asked, func(n int32) bool { return strings.HasPrefix(v.text(n), text) }) {
			after = v.number(text)
		}
		v.extended[pair] = after
	}
	return after
}

// add returns the sum of two numbers, or false if one of the values is not a number or the sum overflows.
func (v *vocabulary) add(held, by int32) (sum int32, ok bool) {
	var n int64
	if held != nothing {
		var err error
		if n, err = strconv.ParseInt(v.text(held), 10, 64); err != nil {
			return held, false
		}
	}
	m, err := strconv.ParseInt(v.text(by), 10, 64)
	if err != nil || (n+m > n) != (m > 0) && m != 0 {
		return held, false
	}
	return v.number(strconv.FormatInt(n+m, 10)), true
}

// mismatch says why a step is impossible given what the key holds.
func (v *vocabulary) mismatch(held int32, s *step, key string) string {
	start := held
	for i, a := range s.acts {
		if one := (step{acts: s.acts[i : i+1], done: s.done - 1}); s.done != history.Never {
			ok, next := v.apply(held, &one)
			if !ok {
				return v.sayMismatch(held, a, key)
			}
			held = next
		}
	}
	return fmt.Sprintf("comes too late: %s holds %s", key, v.name(start))
}

func (v *vocabulary) sayMismatch(held int32, a act, key string) string {
	switch a.kind {
	case misses:
		return fmt.Sprintf("was told that %s does not hold %s, which it holds", key, v.name(a.value))
	case adds:
		return fmt.Sprintf("adds %s to %s, which holds %s", v.name(a.value), key, v.name(held))
	default:
	}
	what := v.name(a.value)
	if a.value != nothing && !v.derived && !v.written[a.value-1] {
		what += ", a value that nobody wrote,"
	}
	return fmt.Sprintf("finds %s in %s, which holds %s", what, key, v.name(held))
}

func (v *vocabulary) name(n int32) string {
	switch n {
	case nothing:
		return "nothing"
	case foreign:
		return "another value"
	}
	return ValueText([]byte(v.text(n)))
}

package stack

import (
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTheIdentityOfAFunctionOutlivesChangesElsewhere(t *testing.T) {
	t.Parallel()
	for function, want := range map[string]string{
		"example.com/mine/wal.(*Writer).Append":                 "wal.(*Writer).Append",
		"example.com/mine/wal.(*Writer).Append.func2":           "wal.(*Writer).Append",
		"example.com/mine/wal.(*Writer).Append.func1.2":         "wal.(*Writer).Append",
		"example.com/mine/wal.(*Writer).Append.func1.gowrap3":   "wal.(*Writer).Append",
		"example.com/mine/wal.(*Writer).Append.func1-range2":    "wal.(*Writer).Append",
		"example.com/mine/wal.(*Writer).Append-fm":              "wal.(*Writer).Append",
		"example.com/mine/wal.(*Writer[...]).Append":            "wal.(*Writer).Append",
		"example.com/mine/wal.function1":                        "wal.function1",
		"example.com/mine/wal.Check.Func.func1.(*T).method.go2": "wal.Check.Func.(*T).method.go2",
	} {
		assert.Equal(t, want, identity(function))
	}
}

func TestCallerNamesTheFunctionAroundAClosure(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "stack.TestCallerNamesTheFunctionAroundAClosure", func() string { return Caller(0) }())
	assert.Equal(t, "stack.TestCallerNamesTheFunctionAroundAClosure", callersName())
}

func callersName() string { return Caller(1) }

// must panics, as a function that checks invariants does.
func must(ok bool) {
	if !ok {
		panic("I7 does not hold")
	}
}

type table struct{ entries []int }

func (t *table) get(i int) {
	must(i >= 0)
	_ = t.entries[i]
}

func (t *table) first() { t.get(0) }

func traceOf(do func()) (trace string) {
	defer func() {
		_ = recover()
		trace = string(debug.Stack())
	}()
	do()
	return ""
}

func TestAPanicIsIdentifiedByTheFunctionsThatPanicked(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "stack.(*table).get from stack.(*table).first", Panicked(traceOf(func() { (&table{}).first() })), "a panic of the runtime")
	assert.Equal(t, "stack.must from stack.(*table).get", Panicked(traceOf(func() { (&table{}).get(-1) })), "a panic of the engine")
	assert.Equal(t, "stack.(*table).get from stack.(*table).first", Panicked(traceOf(func() {
		defer func() { panic(recover()) }()
		(&table{}).first()
	})), "a panic that was recovered and raised again")
	assert.Empty(t, Panicked(""))
}

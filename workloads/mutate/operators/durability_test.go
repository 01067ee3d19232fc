package operators

import (
	"fmt"
	"go/token"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// body returns a file with the given statements from line 3 on.
func body(statements string) string { return "package p\nfunc f() error {\n" + statements + "\n}\n" }

func TestDurabilityOperators(t *testing.T) {
	for _, row := range []struct {
		name, source string
		want         []string // kind, line and new source of the line
	}{
		{"a sync whose error is returned", "return a.file.Sync()", []string{
			"drop-sync 3 return func() error { _ = a.file.Sync; return nil }()",
		}},
		{"a sync of a package mentions its argument", "return unix.Fsync(fd)", []string{
			"drop-sync 3 return func() error { _, _ = unix.Fsync, fd; return nil }()",
		}},
		{"a step's error is checked in the same statement", "if err := os.Rename(a, b); err != nil {\nreturn wrap(err)\n}", []string{
			"drop-check 3 _ = err",
		}},
		{"a step's error is checked in the next statement", "_, err = w.Write(p)\nif err != nil {\nreturn err\n}", []string{
			"drop-check 4 _ = err",
		}},
		{"an error of something else", "if err := parse(a); err != nil {\nreturn err\n}", nil},
		{"an error that leads to more than a return", "if err := os.Remove(a); err != nil {\nlog(err)\nreturn err\n}", nil},
		{"a condition that does not check an error", "if n := f.Write(p); n != 3 {\nreturn nil\n}", nil},
		{"steps in a row", "w.Flush()\nos.Remove(a)", []string{"swap-steps 4 os.Remove(a) w.Flush()"}},
		{"steps with something between", "w.Flush()\nx++\nos.Remove(a)", nil},
		{"a step that declares what the next one uses", "g, err := os.Create(a)\ng.Close()", nil},
		{"a lock released by defer", "mu.Lock()\ndefer mu.Unlock()", []string{
			"weaken-lock 3 mu.RLock() defer mu.RUnlock()", "drop-lock 3 _ = mu.Lock _ = mu.Unlock",
		}},
		{"a lock released in the same block", "s.mu.Lock()\nx++\ns.mu.Unlock()", []string{
			"weaken-lock 3 s.mu.RLock() s.mu.RUnlock()", "drop-lock 3 _ = s.mu.Lock _ = s.mu.Unlock",
		}},
		{"a lock released elsewhere", "mu.Lock()\nother.Unlock()", nil},
		{"a lock file", "mu.Lock(name)\nmu.Unlock()", nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			source := body(row.source)
			var got []string
			for _, m := range untyped(t, source).find(Durability()) {
				got = append(got, fmt.Sprintf("%s %d %s", m.Kind, m.Line, difference(source, string(m.Apply([]byte(source))))))
			}
			require.Equal(t, row.want, got)
		})
	}
}

// untyped returns a parsed file.
func untyped(t *testing.T, source string) *file {
	f := newFile(token.NewFileSet(), "a.go", "/tmp/a.go", []byte(source))
	require.NoError(t, parse(f))
	return f
}

// difference returns the new lines, joined to one.
func difference(before, after string) string {
	old := strings.Split(before, "\n")
	var fresh []string
	for i, line := range strings.Split(after, "\n") {
		if i >= len(old) || line != old[i] {
			fresh = append(fresh, line)
		}
	}
	return strings.Join(fresh, " ")
}

func TestFindRejectsInvalidSource(t *testing.T) {
	f := newFile(token.NewFileSet(), "a.go", "/tmp/a.go", []byte("package"))
	require.ErrorIs(t, parse(f), ErrSource)
}

func TestMutationsDoNotMoveLines(t *testing.T) {
	source := body("mu.Lock()\ndefer mu.Unlock()\nif err := f.Sync(\n); err != nil {\nreturn fmt.Errorf(\n\"%w\", err)\n}\nreturn nil")
	found := untyped(t, source).find(Durability())
	require.Len(t, found, 4)
	for _, m := range found {
		require.Equal(t, strings.Count(source, "\n"), strings.Count(string(m.Apply([]byte(source))), "\n"), "%s", m.Kind)
	}
}

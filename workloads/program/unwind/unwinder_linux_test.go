//go:build linux && amd64

package unwind_test

import (
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/program/unwind"
)

// marked returns the lines of a source file that end with the comment "in FUNCTION", by function.
func marked(t *testing.T, file string) map[string]int {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	lines := map[string]int{}
	for i, line := range strings.Split(string(text), "\n") {
		if _, function, found := strings.Cut(line, "// in "); found {
			lines[function] = i + 1
		}
	}
	return lines
}

// build builds a program with the given command, which is followed by the name of the program and the source.
func build(t testing.TB, source string, command ...string) string {
	t.Helper()
	if _, err := exec.LookPath(command[0]); err != nil {
		t.Skip(err)
	}
	out := filepath.Join(t.TempDir(), "store")
	text, err := exec.CommandContext(t.Context(), command[0], append(command[1:], "-o", out, source)...).CombinedOutput()
	if err != nil && strings.Contains(string(text), "cannot find -lc") {
		t.Skip("there is no C library to link statically")
	}
	require.NoError(t, err, string(text))
	return out
}

// start starts a program that writes to standard output, and waits until a thread of it waits for a reader.
func start(t testing.TB, name string) (tid int) {
	t.Helper()
	r, w, err := os.Pipe()
	require.NoError(t, err)
	t.Cleanup(func() { _ = r.Close() })
	cmd := exec.CommandContext(t.Context(), name, "key")
	cmd.Stdout = w
	require.NoError(t, cmd.Start())
	require.NoError(t, w.Close())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	waits := fmt.Sprint(syscall.SYS_WRITE) + " 0x1 "
	for {
		threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/syscall", cmd.Process.Pid))
		require.NoError(t, err)
		require.NotEmpty(t, threads)
		for _, thread := range threads {
			if text, err := os.ReadFile(thread); err == nil && strings.HasPrefix(string(text), waits) {
				tid, err := strconv.Atoi(path.Base(path.Dir(thread)))
				require.NoError(t, err)
				return tid
			}
		}
		runtime.Gosched() // the program decides when it waits
	}
}

// stackOf returns the stack of a thread: a line per call.
func stackOf(t *testing.T, tid int) (calls []string, stack program.Stack) {
	t.Helper()
	u, err := unwind.New("none")
	require.NoError(t, err)
	defer u.Close()
	require.Equal(t, 1, u.Caller(tid))
	require.Equal(t, 1, u.Caller(tid), "the same stack has another number")
	frames, stacks := u.Stacks()
	require.Len(t, stacks, 1)
	for _, n := range stacks[0].Frames {
		f := frames[n]
		calls = append(calls, fmt.Sprintf("%s %s:%d", path.Base(f.Function), path.Base(f.File), f.Line))
	}
	return calls, stacks[0]
}

func TestCallsOfACProgramAreNamed(t *testing.T) {
	const source = "testdata/cstore/store.c"
	at := marked(t, source)
	var want []string
	for _, function := range []string{"write_all", "append", "put", "main"} {
		want = append(want, fmt.Sprintf("%s store.c:%d", function, at[function]))
	}
	for _, options := range []string{
		"-O0", "-O1", "-O2", "-O3", "-O0 -static", "-O2 -static", "-O2 -fno-omit-frame-pointer", "-O1 -fno-omit-frame-pointer",
		"-O0 -fstack-protector-all -fcf-protection -fstack-clash-protection",
	} {
		t.Run(options, func(t *testing.T) {
			tid := start(t, build(t, source, append([]string{"cc", "-g"}, strings.Fields(options)...)...))
			calls, stack := stackOf(t, tid)
			assert.Equal(t, want, calls)
			assert.Equal(t, "store", stack.Program)
			assert.Empty(t, stack.Note)
		})
	}
}

func TestWithoutDebugInformationCallsHaveTheirSymbols(t *testing.T) {
	calls, stack := stackOf(t, start(t, build(t, "testdata/cstore/store.c", "cc", "-O2")))
	require.Len(t, calls, 3, "write_all is part of append")
	assert.Regexp(t, `^append\+0x`, calls[0])
	assert.Regexp(t, `^main\+0x`, calls[2])
	assert.Empty(t, stack.Note)
}

func TestCallsOfAGoProgramAreNamed(t *testing.T) {
	const source = "./testdata/gostore"
	at := marked(t, source+"/main.go")
	line := func(function, in string) string { return fmt.Sprintf("%s main.go:%d", function, at[in]) }
	outer := []string{line("main.work", "work"), line("main.main.gowrap1", "gowrap1")}
	inlined := append([]string{line("main.(*store).write", "write"), line("main.(*store).put", "put")}, outer...)
	// Without DWARF, an inlined function is part of its caller, and one of the standard library hides the line.
	flat := []string{"main.(*store).write .:0", line("main.work", "put"), outer[1]}
	for options, want := range map[string][]string{
		"":                               inlined,
		"-trimpath":                      inlined,
		"-buildmode=pie":                 inlined,
		"-ldflags=-w":                    flat,
		"-buildmode=pie;-ldflags=-s":     flat,
		"-ldflags=-s -linkmode=external": flat, // C code comes first
	} {
		t.Run(options, func(t *testing.T) {
			if strings.Contains(options, "external") {
				if _, err := exec.LookPath("gcc"); err != nil {
					t.Skip(err)
				}
				t.Setenv("CGO_ENABLED", "1")
			}
			tid := start(t, build(t, source, append([]string{"go", "build"}, strings.FieldsFunc(options, func(r rune) bool { return r == ';' })...)...))
			calls, stack := stackOf(t, tid)
			for i := range calls {
				calls[i] = offset.ReplaceAllString(calls[i], "")
			}
			assert.Equal(t, want, calls)
			assert.Empty(t, stack.Note)
		})
	}
}

// offset matches the place of an instruction in a function.
var offset = regexp.MustCompile(`\+0x[0-9a-f]+`)

func TestThreadsThatAreGoneHaveANote(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "/bin/true")
	require.NoError(t, cmd.Run())
	calls, stack := stackOf(t, cmd.Process.Pid)
	assert.Empty(t, calls)
	assert.Contains(t, stack.Note, "no such")
	calls, stack = stackOf(t, 0)
	assert.Empty(t, calls)
	assert.Equal(t, program.ByKernel, stack.Note)
}

func TestFilesOnTheMountAreNotOpened(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root, to mount a filesystem")
	}
	const kind = "ramfs" // of which there is no other mount
	dir := t.TempDir()
	require.NoError(t, syscall.Mount("store", dir, kind, 0, ""))
	t.Cleanup(func() { require.NoError(t, syscall.Unmount(dir, syscall.MNT_DETACH)) })
	text, err := os.ReadFile(build(t, "testdata/cstore/store.c", "cc", "-g"))
	require.NoError(t, err)
	name := filepath.Join(dir, "store")
	require.NoError(t, os.WriteFile(name, text, 0o700)) //nolint:gosec // it is executed
	tid := start(t, name)
	for fsType, want := range map[string]int{"none": 4, kind: 1} {
		u, err := unwind.New(fsType)
		require.NoError(t, err)
		u.Caller(tid)
		frames, stacks := u.Stacks()
		assert.Len(t, stacks[0].Frames, want, "%v", frames)
		assert.Equal(t, want == 4, stacks[0].Note == "", stacks[0].Note)
		u.Close()
	}
}

func BenchmarkCaller(b *testing.B) {
	for name, program := range map[string][]string{
		"C":  {"testdata/cstore/store.c", "cc", "-g", "-O2"},
		"Go": {"./testdata/gostore", "go", "build"},
	} {
		b.Run(name, func(b *testing.B) {
			tid := start(b, build(b, program[0], program[1:]...))
			u, err := unwind.New("none")
			require.NoError(b, err)
			defer u.Close()
			for b.Loop() {
				u.Caller(tid)
			}
		})
	}
}

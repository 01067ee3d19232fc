package native_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/program/native"
	"github.com/lightningdb/lightning-torture/workloads/program/programtest"
	"github.com/lightningdb/lightning-torture/workloads/program/unwind"
)

// notesWord makes the test binary a program that keeps notes like the script in programtest.Notes, but forgets to sync the files.
const notesWord = "__notes"

func keepNotes(dir string) error {
	ack, err := os.OpenFile(filepath.Join(dir, ".torture", "ack"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	kept := make(chan error)
	for i := 1; i <= 3; i++ {
		name := fmt.Sprintf("note%d", i)
		go func() { kept <- keepNote(dir, name) }() // go: keep
		if err := <-kept; err != nil {
			return err
		}
		if _, err := fmt.Fprintln(ack, name); err != nil {
			return err
		}
	}
	return ack.Close()
}

func keepNote(dir, name string) error {
	tmp := filepath.Join(dir, "tmp")
	err := os.WriteFile(tmp, []byte("this is "+name+"\n"), 0o666) // go: write
	if err == nil {
		err = os.Rename(tmp, filepath.Join(dir, name))
	}
	d, opened := os.Open(dir)
	if err = errors.Join(err, opened); err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close()) // go: sync
}

// cNotes is the same program in C.
const cNotes = `#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int checked(int result) {
	if (result < 0)
		exit(1);
	return result;
}

static void write_all(int fd, const char *text) {
	checked(write(fd, text, strlen(text))); // c: write
}

static void keep(const char *dir, const char *name) {
	char tmp[500], as[500], text[50];
	snprintf(tmp, sizeof tmp, "%s/tmp", dir);
	snprintf(as, sizeof as, "%s/%s", dir, name);
	snprintf(text, sizeof text, "this is %s\n", name);
	int fd = checked(open(tmp, O_CREAT | O_TRUNC | O_WRONLY, 0644));
	write_all(fd, text); // c: keep
	close(fd);
	checked(rename(tmp, as)); // c: rename
	fd = checked(open(dir, O_RDONLY));
	checked(fsync(fd)); // c: sync
	close(fd);
}

int main(int argc, char **argv) {
	char ack[500], name[50];
	snprintf(ack, sizeof ack, "%s/.torture/ack", argv[1]);
	int acks = checked(open(ack, O_WRONLY | O_APPEND));
	for (int i = 1; i <= 3; i++) {
		snprintf(name, sizeof name, "note%d", i);
		keep(argv[1], name); // c: main
		dprintf(acks, "%s\n", name);
	}
	return 0;
}
`

// placed returns the line of a source that a comment marks, as findings show it: with the last directory of the path.
func placed(t *testing.T, file, text, mark string) string {
	t.Helper()
	before, _, found := strings.Cut(text, "// "+mark+"\n")
	require.True(t, found, mark)
	return fmt.Sprintf("%s:%d", file, strings.Count(before, "\n")+1)
}

// finding tortures a program that records its stacks, and returns its only finding.
func finding(t *testing.T, args ...string) program.Finding {
	t.Helper()
	s := native.Spec{Program: append(args, program.Dir), Check: programtest.Shell(programtest.CheckNotes, program.Dir, "{acks}"), Stacks: true}
	result := explore(t, s)
	require.Len(t, result.Findings, 1)
	require.NotNil(t, result.Findings[0].Explanation)
	return result.Findings[0]
}

// callAt returns the call of a finding that begins with the given text.
func callAt(t *testing.T, f program.Finding, text string) program.Call {
	t.Helper()
	for _, c := range f.Calls {
		if strings.HasPrefix(c.Text, text) {
			return c
		}
	}
	require.Fail(t, "no such call", "%s: %+v", text, f.Calls)
	return program.Call{}
}

// withStacks skips a test where no stacks can be recorded.
func withStacks(t *testing.T) {
	t.Helper()
	withFUSE(t)
	if runtime.GOARCH != "amd64" {
		t.Skip(unwind.ErrUnsupported)
	}
}

func TestAMissingSyncOfAGoProgramIsNamedWithItsLine(t *testing.T) {
	withStacks(t)
	t.Parallel()
	const source = "stacks_linux_test.go"
	text, err := os.ReadFile(source)
	require.NoError(t, err)
	at := func(mark string) string { return placed(t, "native/"+source, string(text), "go: "+mark) }
	f := finding(t, "/proc/self/exe", notesWord)
	e := f.Explanation
	write := fmt.Sprintf("the write of tmp (`%s` from `%s`) was durable", at("write"), at("keep"))
	assert.Contains(t, e.Sentence, write+", with no intervening sync of the file, only of its directory (`"+at("sync")+"`")
	assert.Equal(t, at("write"), e.Missing.Source)
	assert.Equal(t, "native_test.keepNote", e.Missing.Function)
	require.NotEmpty(t, e.Missing.Stack)
	assert.Equal(t, at("write")+" native_test.keepNote", e.Missing.Stack[0])
	// go test leaves out DWARF, without which the inlined os.Rename hides the line of its call.
	assert.Regexp(t, `^native.test native_test.keepNote\+0x\w+ from `+at("keep")+"$", callAt(t, f, "rename").Source)
}

func TestAMissingSyncOfACProgramIsNamedWithItsLine(t *testing.T) {
	withStacks(t)
	if _, err := exec.LookPath("cc"); err != nil {
		t.Skip(err)
	}
	t.Parallel()
	dir := t.TempDir()
	source := filepath.Join(dir, "notes.c")
	require.NoError(t, os.WriteFile(source, []byte(cNotes), 0o600))
	at := func(mark string) string { return placed(t, filepath.Base(dir)+"/notes.c", cNotes, "c: "+mark) }
	for _, level := range []string{"-O0", "-O2"} {
		t.Run(level, func(t *testing.T) {
			t.Parallel()
			out := filepath.Join(t.TempDir(), "notes")
			text, err := exec.CommandContext(t.Context(), "cc", "-g", level, "-o", out, source).CombinedOutput()
			require.NoError(t, err, string(text))
			f := finding(t, out)
			e := f.Explanation
			assert.Equal(t, at("write"), e.Missing.Source)
			assert.Equal(t, at("keep"), e.Missing.From)
			assert.Equal(t, []string{
				at("write") + " write_all", at("keep") + " keep", at("main") + " main", "in the program notes",
			}, e.Missing.Stack)
			require.NotNil(t, e.Beside)
			assert.Equal(t, at("sync"), e.Beside.Source)
			assert.Equal(t, at("rename")+" from "+at("main"), callAt(t, f, "rename").Source)
		})
	}
}

// mappedWord makes the test binary a program that writes to a memory map.
const mappedWord = "__mapped"

func writeMapped(dir string) error {
	const bytes = 4096
	f, err := os.Create(filepath.Join(dir, "mapped"))
	if err != nil {
		return err
	}
	if err := f.Truncate(bytes); err != nil {
		return err
	}
	m, err := syscall.Mmap(int(f.Fd()), 0, bytes, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
	if err != nil {
		return err
	}
	copy(m, "text")
	return errors.Join(f.Sync(), syscall.Munmap(m), f.Close())
}

func TestTheWritebackOfAMapHasNoCaller(t *testing.T) {
	withStacks(t)
	t.Parallel()
	out, err := native.Explore(t.Context(), native.Request{
		Spec: native.Spec{Program: []string{"/proc/self/exe", mappedWord, program.Dir}, Stacks: true}, Profile: "posix-min", OnlyTape: true,
	}, nil)
	require.NoError(t, err)
	rec := out.Recording
	require.Empty(t, rec.Ended)
	require.Len(t, rec.Stacks.Of, len(rec.Trace))
	notes := map[string]string{}
	for i, op := range rec.Trace {
		stack := rec.Stacks.Stacks[rec.Stacks.Of[i]-1]
		notes[op.Kind.String()] = stack.Note
		assert.Equal(t, stack.Note == "", len(stack.Frames) > 0, "%v", op)
	}
	assert.Equal(t, map[string]string{"create": "", "truncate": "", "write": program.ByKernel, "sync": ""}, notes)
}

// A shell script runs one program after another, each in its own process.
func TestEachProgramOfAScriptIsNamed(t *testing.T) {
	withStacks(t)
	t.Parallel()
	out, err := native.Explore(t.Context(), native.Request{
		Spec: native.Spec{Program: programtest.Shell(`echo text >"$1/a" && mv "$1/a" "$1/b" && rm "$1/b"`, program.Dir), Stacks: true}, Profile: "posix-min", OnlyTape: true,
	}, nil)
	require.NoError(t, err)
	rec := out.Recording
	require.Empty(t, rec.Ended)
	programs := map[string]string{}
	for i, op := range rec.Trace {
		programs[op.Kind.String()] = rec.Stacks.Stacks[rec.Stacks.Of[i]-1].Program
	}
	assert.Equal(t, "mv", programs["rename"])
	assert.Equal(t, "rm", programs["remove"])
	assert.Contains(t, []string{"dash", "bash", "busybox", "sh"}, programs["write"])
}

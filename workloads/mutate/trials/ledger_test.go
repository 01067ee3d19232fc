package trials

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/hostdisk"
	"github.com/lightningdb/lightning-torture/workloads/mutate/operators"
)

func entry(id string, answers map[string]Answer) Entry {
	return Entry{Mutation: operators.Mutation{ID: id}, Answers: answers}
}

func TestALedgerKeepsItsEntries(t *testing.T) {
	name := filepath.Join(t.TempDir(), "ledger.jsonl")
	l, err := openLedger(name, "7")
	require.NoError(t, err)
	_, err = l.add(entry("a", map[string]Answer{"lab": {Verdict: Killed}}))
	require.NoError(t, err)
	_, err = l.add(entry("b", nil))
	require.NoError(t, err)
	both, err := l.add(entry("a", map[string]Answer{"tests": {Verdict: Survived}}))
	require.NoError(t, err)
	want := map[string]Answer{"lab": {Verdict: Killed}, "tests": {Verdict: Survived}}
	require.Equal(t, want, both.Answers)
	require.NoError(t, l.close())

	text, err := os.ReadFile(name)
	require.NoError(t, err)
	for cut := range 20 { // a killed process left part of the last line
		require.NoError(t, os.WriteFile(name, slices.Concat(text, text[:cut]), 0o600))
		l, err = openLedger(name, "7")
		require.NoError(t, err)
		e, known := l.known("a")
		require.True(t, known)
		require.Equal(t, want, e.Answers)
		_, err = l.add(entry("c", nil))
		require.NoError(t, err)
		require.NoError(t, l.close())
	}
	l, err = openLedger(name, "7")
	require.NoError(t, err)
	_, known := l.known("c")
	require.True(t, known)
	require.NoError(t, l.close())
}

// Without the lock, two processes that try mutants would overwrite each other's entries.
func TestALedgerHasOneUser(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs file locks, which this system does not have")
	}
	name := filepath.Join(t.TempDir(), "ledger.jsonl")
	l, err := openLedger(name, "7")
	require.NoError(t, err)
	_, err = openLedger(name, "7")
	require.ErrorIs(t, err, hostdisk.ErrInUse)
	require.ErrorContains(t, err, name+"; wait for it, or name another file")
	require.NoError(t, l.close())
	l, err = openLedger(name, "7")
	require.NoError(t, err)
	require.NoError(t, l.close())
}

func TestAnotherFileIsNoLedger(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"notes": "buy milk\n", "seed": `{"ledger":1,"seed":"8"}` + "\n", "version": `{"ledger":2,"seed":"7"}` + "\n",
		"entry": `{"ledger":1,"seed":"7"}` + "\n{}\n",
	} {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		_, err := openLedger(path, "7")
		require.ErrorIs(t, err, ErrLedger, name)
		after, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, text, string(after), "the file was changed")
	}
}

package campaign_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/soak/campaign"
	"github.com/lightningdb/lightning-torture/workloads/soak/distinct"
	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

func spec() *campaign.Spec { return &campaign.Spec{Version: 1, Engine: "e", Seed: 7, Ops: 9} }

// What a campaign does is a function of spec, lap and cell alone.
func TestEveryLapHasItsOwnSeed(t *testing.T) {
	t.Parallel()
	seen := map[uint64]string{}
	for seed := range uint64(20) {
		for lap := range 200 {
			s := campaign.Seed(seed, lap)
			require.NotZero(t, s, "a seed of zero would be replaced by a default")
			require.Equal(t, s, campaign.Seed(seed, lap))
			here := fmt.Sprintf("seed %d, lap %d", seed, lap)
			require.Empty(t, seen[s], here)
			seen[s] = here
		}
	}
}

func TestTheOptionsOfACellIdentifyIt(t *testing.T) {
	t.Parallel()
	s := spec()
	s.Points = 12
	lap, cell := s.Options(3), s.CellOptions(3, 4, 9)
	require.Equal(t, torture.Shard{Index: 5, Of: 9}, cell.Shard)
	cell.Shard = torture.Shard{}
	require.Equal(t, lap, cell)
	require.Equal(t, 1, lap.Rounds)
	require.Equal(t, 12, lap.CrashPoints)
	require.Equal(t, campaign.Seed(7, 3), lap.Seed)
}

func TestASpecIsSavedOnceAndNeverChanged(t *testing.T) {
	t.Parallel()
	disk, dir := afero.NewMemMapFs(), filepath.Join("a", "b")
	_, err := campaign.Load(disk, dir)
	require.ErrorIs(t, err, campaign.ErrNone)
	require.ErrorContains(t, err, "give --dir to begin one")
	require.NoError(t, spec().Save(disk, dir))
	loaded, err := campaign.Load(disk, dir)
	require.NoError(t, err)
	require.Equal(t, spec(), loaded)
	require.ErrorIs(t, spec().Save(disk, dir), campaign.ErrSpec)

	file := filepath.Join(dir, "spec.json")
	whole, err := afero.ReadFile(disk, file)
	require.NoError(t, err)
	for name, text := range map[string][]byte{
		"another seed":    bytes.Replace(whole, []byte(`"seed": 7`), []byte(`"seed": 8`), 1),
		"another version": bytes.Replace(whole, []byte(`"version": 1`), []byte(`"version": 2`), 1),
		"cut off":         whole[:len(whole)/2],
		"empty":           nil,
	} {
		require.NoError(t, afero.WriteFile(disk, file, text, 0o600))
		_, err := campaign.Load(disk, dir)
		require.ErrorIs(t, err, campaign.ErrSpec, name)
		require.NotErrorIs(t, err, campaign.ErrNone, name)
	}
	other := spec()
	other.Ops++
	require.NotEqual(t, spec().Name(), other.Name(), "the name depends on everything that affects a cell")
}

// journal opens a journal in a new directory, counts three cells and saves the cursor.
func journal(t *testing.T) (disk afero.Fs, dir string) {
	t.Helper()
	disk, dir = afero.NewMemMapFs(), "soak"
	require.NoError(t, spec().Save(disk, dir))
	j, err := campaign.OpenJournal(disk, dir, nil)
	require.NoError(t, err)
	require.NoError(t, j.Add(&ledger.Event{Start: &ledger.Start{Campaign: spec().Name()}}))
	for cell := range 3 {
		require.NoError(t, j.Add(&ledger.Event{Cell: &ledger.Cell{Cell: cell, Outcome: ledger.Passed, Images: 10}}))
	}
	require.NoError(t, j.Mark())
	require.NoError(t, j.Close())
	return disk, dir
}

func TestAJournalResumesWhereItWas(t *testing.T) {
	t.Parallel()
	for _, cursor := range []bool{true, false} {
		disk, dir := journal(t)
		if !cursor {
			require.NoError(t, disk.Remove(filepath.Join(dir, "cursor.json")))
		}
		var seen []uint64
		j, err := campaign.OpenJournal(disk, dir, func(e *ledger.Event) error {
			seen = append(seen, e.Seq)
			return nil
		})
		require.NoError(t, err)
		require.Equal(t, []uint64{1, 2, 3, 4}, seen)
		require.NoError(t, j.Add(&ledger.Event{Cell: &ledger.Cell{Cell: 2, Outcome: ledger.Passed, Images: 10}}))
		require.Equal(t, 3, j.Book.Totals.Cells, "a cell is counted once")
		require.NoError(t, j.Close())
		read, err := campaign.Read(disk, dir, nil)
		require.NoError(t, err)
		require.Equal(t, j.Book.Totals, read.Totals)
	}
}

func TestALedgerHasEachShapeOnce(t *testing.T) {
	t.Parallel()
	disk, dir := journal(t)
	j, err := campaign.OpenJournal(disk, dir, nil)
	require.NoError(t, err)
	add := func(cell int, shapes ...uint64) {
		require.NoError(t, j.Add(&ledger.Event{Cell: &ledger.Cell{Cell: cell, Outcome: ledger.Passed, Shapes: shapes}}))
	}
	add(3, 7, 9)
	require.NoError(t, j.Close())
	j, err = campaign.OpenJournal(disk, dir, nil)
	require.NoError(t, err)
	add(4, 9, 8, 8, 7)
	add(5, 7)
	require.NoError(t, j.Close())
	var recorded []distinct.Hashes
	read, err := campaign.Read(disk, dir, func(e *ledger.Event) error {
		if e.Cell != nil && e.Cell.Cell >= 3 {
			recorded = append(recorded, e.Cell.Shapes)
		}
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, []distinct.Hashes{{7, 9}, {8}, nil}, recorded)
	require.Equal(t, 3, read.Totals.Shapes)
	require.Equal(t, 3, j.Book.Totals.Shapes)
}

func TestACursorThatDoesNotFitItsLedgerIsRefused(t *testing.T) {
	t.Parallel()
	for name, harm := range map[string]func(cursor []byte) []byte{
		"other totals": func(c []byte) []byte { return bytes.Replace(c, []byte(`"cells":3`), []byte(`"cells":4`), 1) },
		"no JSON":      func([]byte) []byte { return []byte("{") },
	} {
		disk, dir := journal(t)
		file := filepath.Join(dir, "cursor.json")
		cursor, err := afero.ReadFile(disk, file)
		require.NoError(t, err)
		require.NoError(t, afero.WriteFile(disk, file, harm(cursor), 0o600))
		_, err = campaign.OpenJournal(disk, dir, nil)
		require.ErrorIs(t, err, ledger.ErrDamaged, name)
		_, err = campaign.Read(disk, dir, nil)
		require.ErrorIs(t, err, ledger.ErrDamaged, name)
	}
	disk, dir := journal(t)
	file := filepath.Join(dir, "ledger.jsonl")
	text, err := afero.ReadFile(disk, file)
	require.NoError(t, err)
	lines := bytes.SplitAfter(text, []byte("\n"))
	require.NoError(t, afero.WriteFile(disk, file, bytes.Join(lines[:2], nil), 0o600))
	_, err = campaign.OpenJournal(disk, dir, nil)
	require.ErrorIs(t, err, ledger.ErrDamaged, "the ledger is shorter than its cursor says")
}

func TestADirectoryHasOneSupervisor(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.False(t, campaign.Locked(dir))
	lock, err := campaign.Lock(dir)
	require.NoError(t, err)
	require.True(t, campaign.Locked(dir))
	_, err = campaign.Lock(dir)
	require.ErrorIs(t, err, campaign.ErrLocked)
	require.ErrorContains(t, err, fmt.Sprintf("by process %d; wait for its end", os.Getpid()))
	require.NoError(t, lock.Close())
	require.False(t, campaign.Locked(dir))
	lock, err = campaign.Lock(dir)
	require.NoError(t, err)
	require.NoError(t, lock.Close())
}

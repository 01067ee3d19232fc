package ledger

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
)

var day1 = time.Date(2026, 11, 29, 22, 0, 0, 0, time.UTC)

func cellEvent(lap, cell int) *Event {
	return &Event{Time: day1, Cell: &Cell{Lap: lap, Cell: cell, Workload: "kv", Fault: "power", Outcome: Passed, Images: 10}}
}

// open opens a ledger and returns its events.
func open(fsys afero.Fs, name string, floor Mark) (l *Ledger, events []Event, err error) {
	l, err = Open(fsys, name, floor, func(e *Event) error {
		events = append(events, *e)
		return nil
	})
	return l, events, err
}

// Power is cut at every operation of three openings. Every possible disk is opened, appended to, and cut again. Each event whose
// Append returned is there, none is there twice, and the sequence numbers have no gap.
func TestNoCrashLosesOrDuplicatesAnEvent(t *testing.T) {
	t.Parallel()
	for _, profile := range []string{"posix-min", "ext4-ordered", "btrfs"} {
		p, err := faultfs.ProfileNamed(profile)
		require.NoError(t, err)
		images := 0
		disk := faultfs.New(faultfs.Options{})
		var acked []uint64 // the tick at which each Append had returned
		for range 3 {
			l, _, err := open(disk, "/ledger", Mark{})
			require.NoError(t, err)
			for range 3 {
				require.NoError(t, l.Append(cellEvent(0, len(acked))))
				acked = append(acked, disk.Now())
			}
			require.NoError(t, l.Close())
		}
		last := disk.Now()
		line := faultfs.NewTimeline(disk, faultfs.Model{Profile: p}, 0)
		for tick := uint64(1); tick <= last; tick++ {
			point := line.Advance(tick)
			durable := 0
			for durable < len(acked) && acked[durable] <= tick {
				durable++
			}
			n, err := faultfs.Explore(point, faultfs.ImageOptions{}, func(image *faultfs.FS) error {
				return goesOn(image, durable, p, tick%7 == 0)
			})
			require.NoError(t, err, "%s, tick %d", profile, tick)
			images += n
		}
		require.Greater(t, images, 40)
	}
}

// goesOn opens what a crash left, checks it, appends, and, if again is set, cuts the power once more.
func goesOn(disk *faultfs.FS, durable int, p faultfs.Profile, again bool) error {
	l, events, err := open(disk, "/ledger", Mark{})
	if err != nil {
		return err
	}
	if len(events) < durable || len(events) > durable+1 {
		return fmt.Errorf("%d events; %d were durable", len(events), durable)
	}
	for i, e := range events {
		if e.Seq != uint64(i+1) || e.Cell.Cell != i {
			return fmt.Errorf("event %d is %+v", i, e.Cell)
		}
	}
	floor := l.End()
	if err := l.Append(cellEvent(0, len(events))); err != nil {
		return err
	}
	if err := l.Close(); err != nil {
		return err
	}
	if !again {
		return nil
	}
	for tick := uint64(1); tick <= disk.Now(); tick++ {
		image, err := disk.Crash(tick, faultfs.Model{Profile: p}, faultfs.ImageOptions{Chooser: faultfs.Seeded(tick)})
		if err != nil {
			return err
		}
		second, again, err := open(image, "/ledger", Mark{})
		if err != nil {
			return err
		}
		if len(again) < durable || len(again) > len(events)+1 {
			return fmt.Errorf("crash at %d of the recovery: %d events", tick, len(again))
		}
		if err := second.Close(); err != nil {
			return err
		}
	}
	_, _, err = open(disk, "/ledger", floor)
	return err
}

func TestDamageThatNoCrashExplainsIsAnErrorWithARemedy(t *testing.T) {
	t.Parallel()
	disk := afero.NewMemMapFs()
	l, _, err := open(disk, "ledger", Mark{})
	require.NoError(t, err)
	var ends []Mark
	for i := range 4 {
		require.NoError(t, l.Append(cellEvent(0, i)))
		ends = append(ends, l.End())
	}
	require.NoError(t, l.Close())
	good, err := afero.ReadFile(disk, "ledger")
	require.NoError(t, err)
	flip := func(at int64) func([]byte) []byte {
		return func(b []byte) []byte { b[at] ^= 1; return b }
	}
	for name, c := range map[string]struct {
		change func([]byte) []byte
		floor  Mark
		events int    // number of events; -1: the ledger is refused
		says   string // text of the error
	}{
		"nothing":                             {func(b []byte) []byte { return b }, ends[3], 4, ""},
		"the last line is torn":               {func(b []byte) []byte { return b[:len(b)-5] }, ends[2], 3, ""},
		"the last line has no newline":        {func(b []byte) []byte { return b[:len(b)-1] }, ends[2], 3, ""},
		"the last line is zeros":              {func(b []byte) []byte { clear(b[ends[2].Bytes:]); return b }, ends[2], 3, ""},
		"the last line has a flipped bit":     {flip(ends[2].Bytes + 30), ends[2], 3, ""},
		"a torn line that was durable":        {func(b []byte) []byte { return b[:len(b)-5] }, ends[3], -1, "it was durable"},
		"a flipped bit before other lines":    {flip(ends[0].Bytes + 30), Mark{}, -1, "line 2, at byte"},
		"a flipped bit before the floor":      {flip(ends[2].Bytes + 30), ends[3], -1, "restore the file from a copy"},
		"a line is missing":                   {func(b []byte) []byte { return append(b[:ends[0].Bytes:ends[0].Bytes], b[ends[1].Bytes:]...) }, Mark{}, -1, "lines are missing"},
		"a line appears twice":                {func(b []byte) []byte { return append(b, b[ends[2].Bytes:]...) }, Mark{}, -1, "lines are missing or were added"},
		"an older copy":                       {func(b []byte) []byte { return b[:ends[1].Bytes] }, ends[3], -1, "remove the cursor to go on"},
		"no file":                             {func([]byte) []byte { return nil }, Mark{}, 0, ""},
		"a first line that is something else": {func(b []byte) []byte { return append([]byte("hello\n"), b...) }, Mark{}, -1, "not a line of a ledger"},
	} {
		require.NoError(t, afero.WriteFile(disk, "copy", c.change([]byte(string(good))), 0o644))
		l, events, err := open(disk, "copy", c.floor)
		if c.events < 0 {
			require.ErrorIs(t, err, ErrDamaged, name)
			assert.ErrorContains(t, err, c.says, name)
			continue
		}
		require.NoError(t, err, name)
		require.Len(t, events, c.events, name)
		require.NoError(t, l.Append(cellEvent(1, 0)), name)
		require.NoError(t, l.Close(), name)
		_, events, err = open(disk, "copy", l.End())
		require.NoError(t, err, name)
		require.Len(t, events, c.events+1, name)
	}
}

// After a disk error the ledger accepts nothing. What was acknowledged before is there once the disk works again.
func TestAFailedAppendEndsTheLedgerUntilItIsOpenedAgain(t *testing.T) {
	t.Parallel()
	for _, rule := range []string{"eio write nth=3", "enospc write nth=3", "short write nth=3", "failed sync nth=3"} {
		disk := faultfs.New(faultfs.Options{})
		l, _, err := open(disk, "/ledger", Mark{})
		require.NoError(t, err)
		r, err := faultfs.ParseRule(rule)
		require.NoError(t, err)
		disk.SetRules(r)
		acked := 0
		for err = error(nil); err == nil; acked++ {
			err = l.Append(cellEvent(0, acked))
		}
		acked--
		disk.SetRules()
		require.Equal(t, 2, acked, rule)
		require.ErrorIs(t, l.Append(cellEvent(0, 9)), ErrBroken, rule)
		require.NoError(t, l.Close())
		l, shown, err := open(disk, "/ledger", Mark{})
		require.NoError(t, err, rule)
		require.GreaterOrEqual(t, len(shown), acked, rule)
		require.NoError(t, l.Append(cellEvent(0, len(shown))))
		point := faultfs.NewTimeline(disk, faultfs.Model{Profile: faultfs.Profiles()[0]}, 0).Advance(disk.Now())
		_, err = faultfs.Explore(point, faultfs.ImageOptions{}, func(image *faultfs.FS) error {
			_, after, err := open(image, "/ledger", Mark{})
			require.Len(t, after, len(shown)+1, rule)
			return err
		})
		require.NoError(t, err, rule)
	}
}

func TestOnlyAnEventThatIsTooLongIsRefused(t *testing.T) {
	t.Parallel()
	l, _, err := open(afero.NewMemMapFs(), "ledger", Mark{})
	require.NoError(t, err)
	e := cellEvent(0, 0)
	e.Cell.Reasons = []string{strings.Repeat("x", maxLine)}
	require.ErrorIs(t, l.Append(e), ErrTooLong)
	require.NoError(t, l.Append(cellEvent(0, 0)))
	require.Equal(t, uint64(1), l.End().Seq)
}

func TestALedgerOnTheHostDisk(t *testing.T) {
	t.Parallel()
	name := t.TempDir() + "/ledger"
	l, _, err := open(afero.NewOsFs(), name, Mark{})
	require.NoError(t, err)
	require.NoError(t, l.Append(cellEvent(0, 0)))
	require.NoError(t, l.Close())
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	require.Regexp(t, `^\{"crc":"[0-9a-f]{8}","event":\{"seq":1,.*\}\}\n$`, string(text))
}

func FuzzLine(f *testing.F) {
	text, err := encode(cellEvent(0, 0))
	require.NoError(f, err)
	f.Add(text)
	f.Add([]byte(`{"crc":"00000000","event":null}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		disk := afero.NewMemMapFs()
		require.NoError(t, afero.WriteFile(disk, "ledger", text, 0o644))
		l, before, err := open(disk, "ledger", Mark{})
		if err != nil {
			return
		}
		require.NoError(t, l.Append(cellEvent(1, 1)))
		_, after, err := open(disk, "ledger", l.End())
		require.NoError(t, err)
		require.Len(t, after, len(before)+1)
	})
}

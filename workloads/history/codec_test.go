package history_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

func sample() []history.Op {
	return []history.Op{
		{
			ID: 0, Client: 1, Kind: history.Batch, Call: 1, Return: 4, Durability: history.NoSync, Outcome: history.Acked,
			Writes: []history.Write{{Key: []byte{0, 255}, Value: []byte("v\n")}, {Key: []byte("k"), Delete: true}},
		},
		{
			ID: 1, Client: 2, Kind: history.Scan, Call: 2, Return: history.Never, ScanFrom: []byte("a"), ScanTo: []byte("b"),
			Reads: []history.Read{{Key: []byte("a"), Value: []byte("x"), Found: true}}, Err: "broken",
		},
		{
			ID: 2, Client: 1, Kind: history.Txn, Call: 5, Return: 6, Outcome: history.Acked, Order: "rw", Seq: 7,
			Isolation: history.SnapshotIsolation, Reads: []history.Read{{Key: []byte("a")}},
			Writes: []history.Write{{Key: []byte("a"), Value: []byte("x")}},
		},
	}
}

// conditional returns a history of operations that version 1 cannot hold.
func conditional() []history.Op {
	cond := []history.Read{{Key: []byte("a"), Value: []byte("1"), Found: true}}
	return []history.Op{
		{
			ID: 0, Kind: history.CAS, Call: 1, Return: 2, Outcome: history.Acked, If: cond, Missed: true,
			Writes: []history.Write{{Key: []byte("a"), Value: []byte("2")}},
		},
		{
			ID: 1, Kind: history.Increment, Call: 3, Return: 4, Outcome: history.Acked,
			Writes: []history.Write{{Key: []byte("n"), Value: []byte("-5"), Change: history.Add}},
		},
		{
			ID: 2, Kind: history.Append, Call: 5, Return: 6, Outcome: history.Acked,
			Writes: []history.Write{{Key: []byte("l"), Value: []byte("x"), Change: history.Extend}},
		},
	}
}

// held returns a history of operations that version 2 cannot hold.
func held() []history.Op {
	reads := []history.Read{{Key: []byte("a")}}
	return []history.Op{
		{ID: 0, Kind: history.Get, Call: 1, Return: 2, ReadBy: 9, Outcome: history.Acked, Reads: reads},
		{ID: 1, Kind: history.Cursor, Call: 3, Return: 4, Outcome: history.Acked, Reads: reads},
		{ID: 2, Kind: history.Barrier, Call: 5, Return: 6, Outcome: history.Acked},
	}
}

// administrative returns a history of operations on a whole store, which version 2 cannot hold.
func administrative() []history.Op {
	pair := []history.Read{{Key: []byte("a"), Value: []byte("1"), Found: true}}
	return []history.Op{
		{ID: 0, Kind: history.Checkpoint, Call: 1, Return: 2, Outcome: history.Acked, Dir: "copy", Reads: pair},
		{ID: 1, Kind: history.Backup, Call: 3, Return: 4, Outcome: history.Acked, Dir: "backups", Backup: 7, Reads: pair},
		{ID: 2, Kind: history.Restore, Call: 5, Return: 6, Outcome: history.Acked, Source: "backups", Backup: 7, Dir: "restored"},
		{ID: 3, Kind: history.ReadCopy, Call: 7, Return: 8, Outcome: history.Acked, Dir: "restored"},
		{ID: 4, Kind: history.Close, Call: 9, Return: 10, Outcome: history.Acked},
		{ID: 5, Kind: history.Look, Call: 11, Return: 12, Outcome: history.Acked, Reads: pair},
		{ID: 6, Kind: history.Open, Call: 13, Return: 14, Outcome: history.Acked},
		{ID: 7, Kind: history.SecondOpen, Call: 15, Return: 16, Outcome: history.Rejected, Err: "locked"},
	}
}

// moved returns a history of operations that say what showed their reads, which version 4 cannot hold.
func moved() []history.Op {
	return []history.Op{
		{ID: 0, Kind: history.Cursor, Call: 1, Return: 2, Outcome: history.Acked, Reads: []history.Read{{Key: []byte("a"), By: "first"}}},
		{ID: 1, Kind: history.Cursor, Call: 3, Return: 4, Outcome: history.Acked, Prefix: []byte("a")},
	}
}

func TestCodecWritesTheOldestVersionThatCanHoldAHistory(t *testing.T) {
	require.Contains(t, encoded(t, sample()), `{"lightning_history":1,`)
	for _, op := range conditional() {
		op.ID = 0
		require.Contains(t, encoded(t, []history.Op{op}), `{"lightning_history":2,`)
	}
	for _, op := range held() {
		op.ID = 0
		require.Contains(t, encoded(t, append([]history.Op{op}, conditional()...)), `{"lightning_history":3,`)
	}
	for _, op := range administrative() {
		op.ID = 0
		require.Contains(t, encoded(t, []history.Op{op}), `{"lightning_history":3,`)
	}
	for _, op := range moved() {
		op.ID = 0
		require.Contains(t, encoded(t, append([]history.Op{op}, held()...)), `{"lightning_history":5,`)
		require.Contains(t, encoded(t, append(held(), op)), `{"lightning_history":5,`)
	}
}

func TestWroteExcludesRefusedAndMissedOperations(t *testing.T) {
	ops := conditional()
	require.False(t, ops[0].Wrote())
	require.True(t, ops[1].Wrote())
	ops[0].Outcome, ops[1].Outcome = history.Unknown, history.Rejected
	require.True(t, ops[0].Wrote(), "only an answer can say that the condition did not hold")
	require.False(t, ops[1].Wrote())
	require.False(t, (&history.Op{Outcome: history.Acked}).Wrote())
}

func TestCodecRoundTrip(t *testing.T) {
	for _, ops := range [][]history.Op{nil, sample(), conditional(), held(), administrative(), moved()} {
		var buf bytes.Buffer
		require.NoError(t, history.Encode(&buf, ops))
		got, err := history.Decode(&buf)
		require.NoError(t, err)
		require.Equal(t, ops, got)
	}
}

func TestCodecNamesAreReadable(t *testing.T) {
	var buf bytes.Buffer
	require.NoError(t, history.Encode(&buf, sample()))
	require.Contains(t, buf.String(), `"kind":"batch"`)
	require.Contains(t, buf.String(), `"durability":"nosync","outcome":"acked"`)
}

// A line from a version without Order, Isolation and Seq.
func TestDecodeReadsOldFiles(t *testing.T) {
	got, err := history.Decode(strings.NewReader(`{"lightning_history":1,"ops":1}
{"id":0,"client":3,"kind":"txn","call":1,"return":2,"reads":[{"k":"YQ==","found":false}],` +
		`"writes":[{"k":"YQ==","v":"eA=="}],"durability":"sync","outcome":"acked"}
`))
	require.NoError(t, err)
	require.Equal(t, []history.Op{{
		Client: 3, Kind: history.Txn, Call: 1, Return: 2, Outcome: history.Acked,
		Reads: []history.Read{{Key: []byte("a")}}, Writes: []history.Write{{Key: []byte("a"), Value: []byte("x")}},
	}}, got)
}

func TestDecodeNamesTheDamagedLine(t *testing.T) {
	var buf bytes.Buffer
	require.NoError(t, history.Encode(&buf, sample()))
	lines := strings.SplitAfter(buf.String(), "\n")
	for _, row := range []struct{ name, text, want string }{
		{"an unknown level", strings.Replace(buf.String(), `"snapshot"`, `"linear"`, 1), "unknown isolation"},
		{"an empty file", "", "line 1"},
		{"not a history", "hello\n", "line 1"},
		{"a later version", `{"lightning_history":6,"ops":0}` + "\n", "line 1: version 6, want 1 to 5"},
		{"no version", `{"lightning_history":0,"ops":0}` + "\n", "line 1: version 0, want 1 to 5"},
		{"an unknown change", strings.Replace(encoded(t, conditional()), `"extend"`, `"extent"`, 1), "unknown change"},
		{"a missing last line", lines[0] + lines[1] + lines[2], "line 4: the file ends after 2 of 3 operations"},
		{"a torn last line", lines[0] + lines[1] + lines[2][:20], "line 3: the line is cut off"},
		{"a number that is too large", `{"lightning_history":1,"ops":99999999999999999999}`, `line 1: field "ops": found number 99999999999999999999, want a whole number`},
		{"a string for a number", lines[0] + `{"id":"0"}` + "\n", `line 2: field "id": found string, want a whole number`},
		{"a number for a list", lines[0] + `{"id":0,"reads":[{"k":5}]}` + "\n", `line 2: field "reads.k": found number, want a string in base64`},
		{"lines in the wrong order", lines[0] + lines[2] + lines[1], "line 2: operation 1, want 0"},
		{"a line too many", buf.String() + lines[3], "line 5: more than"},
		{"an unknown outcome", strings.Replace(buf.String(), "acked", "asked", 1), "unknown outcome"},
		{"an unknown field", strings.Replace(buf.String(), `"err"`, `"error"`, 1), "line 3"},
		{"two values in a line", lines[0] + strings.TrimSpace(lines[1]) + lines[2], "line 2: more than one value"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := history.Decode(strings.NewReader(row.text))
			require.ErrorIs(t, err, history.ErrFormat)
			require.ErrorContains(t, err, row.want)
		})
	}
}

// Each of these inputs is small or endless and would exhaust memory without limits.
func TestDecodeEnforcesLimits(t *testing.T) {
	op := `{"lightning_history":1,"ops":1}` + "\n" + `{"id":0,"kind":"scan","outcome":"acked","durability":"sync","reads":[`
	for want, r := range map[string]io.Reader{
		"line 1: 99999999999 operations; the limit is 16777216": strings.NewReader(`{"lightning_history":1,"ops":99999999999}`),
		"line 1: -1 operations":                                 strings.NewReader(`{"lightning_history":1,"ops":-1}`),
		"line 1: it has more than 67108864 bytes":               endless('a'),
		"line 2: it has more than 67108864 bytes":               io.MultiReader(strings.NewReader(op), endless(' ')),
		"line 2: too large: it has more than 2097152 elements":  strings.NewReader(op + strings.Repeat("0,", 3<<20) + "0]}"),
		"line 2: too large: it has more than 8 lists":           strings.NewReader(op + strings.Repeat("[", 1000)),
	} {
		_, err := history.Decode(r)
		require.ErrorIs(t, err, history.ErrFormat)
		require.ErrorContains(t, err, want)
	}
}

// endless is a reader of a line that never ends.
type endless byte

func (e endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(e)
	}
	return len(p), nil
}

func TestEncodeReportsAFullDisk(t *testing.T) {
	require.ErrorIs(t, history.Encode(fullDisk{}, sample()), errFull)
}

var errFull = errors.New("disk full")

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }

func FuzzDecode(f *testing.F) {
	var buf bytes.Buffer
	if err := history.Encode(&buf, sample()); err != nil {
		f.Fatal(err)
	}
	f.Add(buf.Bytes())
	buf.Reset()
	if err := history.Encode(&buf, conditional()); err != nil {
		f.Fatal(err)
	}
	f.Add(buf.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		ops, err := history.Decode(bytes.NewReader(data))
		if err != nil {
			require.ErrorIs(t, err, history.ErrFormat)
			return
		}
		require.Equal(t, encoded(t, ops), encoded(t, decoded(t, encoded(t, ops))))
	})
}

func encoded(t *testing.T, ops []history.Op) string {
	t.Helper()
	var buf bytes.Buffer
	require.NoError(t, history.Encode(&buf, ops))
	return buf.String()
}

func decoded(t *testing.T, text string) []history.Op {
	t.Helper()
	ops, err := history.Decode(strings.NewReader(text))
	require.NoError(t, err)
	return ops
}

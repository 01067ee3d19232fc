package recorded_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/history/recorded"
	"github.com/lightningdb/lightning-torture/workloads/history/recorded/recordedtest"
)

// FuzzRead checks that every input is either rejected or a history that judges accept.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		"[{:process 0, :type :invoke, :f :cas, :value [1 2]}{:process 0, :type :fail, :f :cas, :value [1 2]}]",
		`{:process 0, :type :ok, :f :append, :key "0", :value "x"}`,
		"INFO  jepsen.util - 0\t:invoke\t:read\tnil\nINFO  jepsen.util - 0\t:fail\t:read\t:timed-out",
		`{:type :invoke, :value [[:append 1 2] [:r 1 nil]]}{:type :ok, :value [[:append 1 2] [:r 1 [2]]]}`,
		`[{"type":"ok","f":"read","value":{"0":100},"process":0}]`,
		"{:type :ok :f :transfer :value {:from 1 :to 2 :amount 3}}{:type :ok :f :read :value #{1}}",
		"{:type :ok :f :acquire}", "{:type :ok :f :add :value [1 2]}{:type :ok :f :read :value [1 #{2}]}",
		"{\"lightning_history\":1,\"ops\":1}\n{\"id\":0,\"client\":0,\"kind\":\"get\",\"call\":1,\"return\":2,\"durability\":\"sync\",\"outcome\":\"acked\"}\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := recorded.Read(bytes.NewReader(text), recorded.Options{})
		if err != nil {
			require.True(t, errors.Is(err, recorded.ErrFormat) || errors.Is(err, recorded.ErrModel), "%v", err)
			return
		}
		if r.Format != recorded.JSONL {
			judged := checker.Assumptions(r.Ops)
			require.Equal(t, checker.Pass, judged.Verdict, "%v", judged.Violations)
		}
	})
}

func TestTransactionsSurviveWritingAndReading(t *testing.T) {
	ops := []history.Op{
		{
			ID: 0, Client: 3, Kind: history.Txn, Call: 1, Return: 3, Outcome: history.Acked, Order: "wrw",
			Reads:  []history.Read{{Key: []byte(":x"), Value: []byte("1\n2\n"), Found: true}},
			Writes: []history.Write{{Key: []byte(":y"), Value: []byte("1\n")}, {Key: []byte(":x"), Value: []byte("3\n")}},
		},
		{
			ID: 1, Client: 1, Kind: history.Txn, Call: 2, Return: 4, Outcome: history.Unknown,
			Writes: []history.Write{{Key: []byte(":y"), Value: []byte("2\n")}},
		},
		{
			ID: 2, Client: 3, Kind: history.Txn, Call: 5, Return: 6, Outcome: history.Rejected,
			Writes: []history.Write{{Key: []byte(":y"), Value: []byte("3\n")}},
		},
		{ID: 3, Client: 4, Kind: history.Txn, Call: 7, Return: history.Never, Writes: []history.Write{{Key: []byte(":x"), Value: []byte("4\n")}}},
	}
	text := recordedtest.Transactions(plain(ops), true)
	r, err := recorded.Read(strings.NewReader(text), recorded.Options{})
	require.NoError(t, err, text)
	require.Equal(t, recorded.ListAppend, r.Model)
	require.Equal(t, ops, r.Ops, text)
	require.True(t, r.Lines)
}

// plain returns operations whose keys have no colons and whose lists have commas between elements.
func plain(ops []history.Op) (all []history.Op) {
	trim := func(value []byte) []byte {
		return bytes.ReplaceAll(bytes.TrimSuffix(bytes.TrimPrefix(value, []byte(":")), []byte("\n")), []byte("\n"), []byte(","))
	}
	for _, op := range ops {
		reads, writes := op.Reads, op.Writes
		op.Reads, op.Writes = nil, nil
		for _, r := range reads {
			op.Reads = append(op.Reads, history.Read{Key: trim(r.Key), Value: trim(r.Value), Found: r.Found})
		}
		for _, w := range writes {
			op.Writes = append(op.Writes, history.Write{Key: trim(w.Key), Value: trim(w.Value)})
		}
		all = append(all, op)
	}
	return all
}

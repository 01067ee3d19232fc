package recorded_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/history/recorded"
)

// tell formats operations in a short form, one per line.
func tell(ops []history.Op) string {
	var b strings.Builder
	for i := range ops {
		op := &ops[i]
		answer := fmt.Sprint(uint64(op.Return))
		if op.Return == history.Never {
			answer = "?"
		}
		fmt.Fprintf(&b, "%d %d-%s %s %s", op.Client, op.Call, answer, op.Kind, op.Outcome)
		if op.Missed {
			b.WriteString(" missed")
		}
		if len(op.ScanFrom) > 0 {
			fmt.Fprintf(&b, " from %s to %s", op.ScanFrom, op.ScanTo)
		}
		for _, r := range op.If {
			fmt.Fprintf(&b, " if %s", pair(r))
		}
		if op.Order != "" {
			b.WriteString(" " + op.Order)
		}
		for _, r := range op.Reads {
			b.WriteString(" " + pair(r))
		}
		for _, w := range op.Writes {
			fmt.Fprintf(&b, " %s%s%q", w.Key, map[bool]string{true: "-", false: "+"}[w.Delete], w.Value)
		}
		b.WriteString("\n")
	}
	return b.String()
}

func pair(r history.Read) string {
	if !r.Found {
		return string(r.Key) + "="
	}
	return fmt.Sprintf("%s=%q", r.Key, r.Value)
}

func TestHistoriesOfOthers(t *testing.T) {
	for _, row := range []struct {
		name, text string
		model      recorded.Model
		format     recorded.Format
		want       string
	}{
		{
			name: "a register of Knossos", model: recorded.CASRegister, format: recorded.EDN,
			text: "; found one night\n" + `[{:process 0, :type :invoke, :f :read, :value nil}
{:process 1, :type :invoke, :f :cas, :value [1 2]}
{:process 0, :type :ok, :f :read, :value nil}
{:process 1, :type :fail, :f :cas, :value [1 2]}
{:process :nemesis, :type :info, :f :kill, :value nil}
{:process 1, :type :invoke, :f :write, :value 3}
{:process 1, :type :info, :f :write, :value 3, :error :timeout}
{:process 0, :type :invoke, :f :cas, :value [nil 4]}
]`,
			want: "0 2-4 get acked register=\n1 3-5 cas rejected if register=\"1\" register+\"2\"\n1 7-8 put unknown register+\"3\"\n" +
				"0 9-? cas unknown if register= register+\"4\"\n",
		},
		{
			name: "registers with keys, of Jepsen's independent", model: recorded.Register, format: recorded.EDN,
			text: `{:process 0, :type :invoke, :f :write, :value [:a 1]}
{:process 1, :type :invoke, :f :read, :value [:b nil]}
{:process 0, :type :ok, :f :write, :value [:a 1]}
{:process 1, :type :ok, :f :read, :value [:b "x y"]}`,
			want: "0 1-3 put acked :a+\"1\"\n1 2-4 get acked :b=\"x y\"\n",
		},
		{
			name: "key-value pairs of porcupine", model: recorded.KV, format: recorded.EDN,
			text: `{:process 0, :type :invoke, :f :append, :key "0", :value "x 0"}
{:process 1, :type :invoke, :f :get, :key "0", :value nil}
{:process 0, :type :ok, :f :append, :key "0", :value "x 0"}
{:process 1, :type :ok, :f :get, :key "0", :value ""}
{:process 1, :type :invoke, :f :put, :key "1", :value ""}`,
			want: "0 1-3 append acked 0+\"x 0\"\n1 2-4 get acked 0=\n1 5-? delete unknown 1-\"\"\n",
		},
		{
			name: "a log of Jepsen", model: recorded.CASRegister, format: recorded.Log,
			text: "Starting.\nINFO  jepsen.util - 0\t:invoke\t:read\tnil\nINFO  jepsen.util - 1\t:invoke\t:cas\t[0 3]\n" +
				"INFO jepsen.util - 0\t:ok\t:read\tnil\nsomething else\nINFO  jepsen.util - 1\t:fail\t:cas\t[0 3]\n" +
				"INFO jepsen.util - 2 :invoke :write 4\nINFO jepsen.util - 2 :info :write :timed-out\n" +
				"INFO jepsen.util - 3 :invoke :read nil\nINFO jepsen.util - 3 :fail :read :timed-out\n" +
				"INFO jepsen.util - :nemesis :info :start nil",
			want: "0 2-4 get acked register=\n1 3-6 cas acked missed if register=\"0\" register+\"3\"\n2 7-8 put unknown register+\"4\"\n3 9-10 get unknown\n",
		},
		{
			name: "transactions over lists", model: recorded.ListAppend, format: recorded.EDN,
			text: `{:index 0 :type :invoke, :value [[:append 1 "a,b"] [:r 1 nil]]}
{:index 1 :type :ok, :value [[:append 1 "a,b"] [:r 1 ["a,b"]]]}
#jepsen.history.Op{:index 2, :type :invoke, :process 7, :f :txn, :value [[:r 1 nil] [:r 2 nil]]}
#jepsen.history.Op{:index 3, :type :ok, :process 7, :f :txn, :value [[:r 1 ["a,b" :c]] [:r 2 nil]]}`,
			want: "0 1-2 txn acked wr 1=\"a,b\\n\" 1+\"a,b\\n\"\n7 3-4 txn acked rr 1=\"a,b\\n:c\\n\" 2=\n",
		},
		{
			name: "transactions over registers, in JSON", model: recorded.RWRegister, format: recorded.JSON,
			text: `[{"type":"invoke","f":"txn","value":[["w","x",2],["r","y",null]],"process":0},
{"type":"ok","f":"txn","value":[["w","x",2],["r","y","z"]],"process":0},
{"type":"invoke","f":"txn","value":[["w","x",null]],"process":"nemesis"}]`,
			want: "0 1-2 txn acked wr y=\"z\" x+\"2\"\n",
		},
		{
			name: "transactions over registers that hold lists", model: recorded.RWRegister, format: recorded.EDN,
			text: "{:type :ok, :process 0, :value [[:w 1 [2 3]]]} {:type :ok, :process 1, :value [[:r 1 [2 3]]]}",
			want: "0 1-3 txn acked w 1+\"[2 3]\"\n1 2-4 txn acked r 1=\"[2 3]\"\n",
		},
		{
			name: "a bank", model: recorded.Bank, format: recorded.EDN,
			text: `{:type :invoke, :f :transfer, :process 0, :value {:from 1, :to 0, :amount 5}}
{:type :ok, :f :transfer, :process 0, :value {:from 1, :to 0, :amount 5}}
{:type :invoke, :f :read, :process 0}
{:type :ok, :f :read, :process 0, :value {0 5, 1 -5}}
{:type :invoke, :f :read, :process 0}
{:type :ok, :f :read, :process 0, :value [5 -5]}`,
			want: "0 1-2 txn acked 1+\"-5\" 0+\"5\"\n0 3-4 scan acked 0=\"5\" 1=\"-5\"\n0 5-6 scan acked 0=\"5\" 1=\"-5\"\n",
		},
		{
			name: "a counter", model: recorded.Counter, format: recorded.EDN,
			text: "{:type :invoke :f :add :process 0 :value 2}{:type :invoke :f :read :process 1}\n{:type :ok :f :read :process 1 :value 2}",
			want: "0 1-? increment unknown counter+\"2\"\n1 2-3 get acked counter=\"2\"\n",
		},
		{
			name: "a mutex", model: recorded.Mutex, format: recorded.EDN,
			text: "{:type :invoke :f :acquire :process 0}\n{:type :ok :f :acquire :process 0}\n{:type :invoke :f :release :process 0}",
			want: "0 1-2 cas acked if mutex= mutex+\"held\"\n0 3-? cas unknown if mutex=\"held\" mutex-\"\"\n",
		},
		{
			name: "a set", model: recorded.Set, format: recorded.EDN,
			text: "{:type :invoke :f :add :process 0 :value 7}\n{:type :invoke :f :read :process 1}\n{:type :ok :f :read :process 1 :value #{7 8}}",
			want: "0 1-? put unknown 7+\"added\"\n1 2-3 scan acked 7=\"added\" 8=\"added\"\n",
		},
		{
			name: "sets with names", model: recorded.Set, format: recorded.EDN,
			text: "{:type :invoke :f :add :process 0 :value [:a 7]}\n{:type :invoke :f :read :process 1 :value [:a nil]}\n" +
				"{:type :ok :f :read :process 1 :value [:a [7]]}",
			want: "0 1-? put unknown :a/7+\"added\"\n1 2-3 scan acked from :a/ to :a0 :a/7=\"added\"\n",
		},
		{
			name: "only answers", model: recorded.ListAppend, format: recorded.EDN,
			text: "{:process 7 :type :ok :value [[:append :x 1]]}\n{:process 7 :type :fail :value [[:append :x 2]]}\n" +
				"{:process 1 :type :ok :value [[:r :x [1]]]}",
			want: "0 1-4 txn acked w :x+\"1\\n\"\n1 2-5 txn rejected :x+\"2\\n\"\n2 3-6 txn acked r :x=\"1\\n\"\n",
		},
		{name: "only the nemesis", format: recorded.EDN, text: "{:process :nemesis, :type :info, :f :start}"},
		{name: "an empty vector", format: recorded.EDN, text: "[]"},
	} {
		t.Run(row.name, func(t *testing.T) {
			r, err := recorded.Read(strings.NewReader(row.text), recorded.Options{})
			require.NoError(t, err)
			require.Equal(t, row.format, r.Format)
			require.Equal(t, row.model, r.Model)
			require.Equal(t, row.want, tell(r.Ops))
			again, err := recorded.Read(iotest.HalfReader(strings.NewReader(row.text)), recorded.Options{Format: row.format, Model: row.model})
			require.NoError(t, err)
			require.Equal(t, r, again)
		})
	}
}

func TestErrorsSayWhatIsWrong(t *testing.T) {
	const call = "{:process 0 :type :invoke :f :write :value 1}\n"
	for _, row := range []struct{ name, text, says string }{
		{"nothing", "", "it is empty"},
		{"blanks", " \n\n", "it is empty"},
		{"compressed", "\x1f\x8b\x08", "it is compressed"},
		{"binary", "\x00\x01", "it is binary"},
		{"text", "It was a dark and stormy night.", "none of the known formats"},
		{"cut off", call + "{:process 0 :type :ok :f :wri", "line 2: the file ends within the value that begins here"},
		{"cut off within the vector", "[" + call, "line 2: the file ends within the vector"},
		{
			"an answer of another client's kind", call + "{:process 0 :type :ok :f :read :value 1}",
			`line 2: process 0 has an answer to "read", but called "write" on line 1`,
		},
		{"an answer to another write", call + "{:process 0 :type :ok :f :write :value 2}", "line 2: the answer has other writes than the call"},
		{
			"an answer without a call", call + "{:process 1 :type :ok :f :write :value 2}\n" + "{:process 2 :type :ok :f :write :value 3}",
			"line 2: process 1 has an answer but no call",
		},
		{"two calls at once", call + call, "line 2: process 0 calls again before its call on line 1 was answered"},
		{"an unknown function", call + "{:process 1 :type :invoke :f :increment :value 1}", `line 2: unknown function "increment"`},
		{"an unknown type", "{:process 0 :type :maybe}", "line 1: the type of an operation is one of"},
		{"no type", "{:process 0 :f :read}", "line 1: a map without :type is not an operation"},
		{"no map", call + "[1 2]", "line 2: a vector is not an operation"},
		{"a field twice", "{:process 0 :type :ok :type :fail}", "line 1: an operation has :type twice"},
		{"an invalid process", "{:process [] :type :ok :f :read}", "line 1: a vector is not a process"},
		{"a process with too large a number", "{:process 99999999999999999999 :type :ok :f :read}", "line 1: 99999999999999999999 is not the number of a process"},
		{"JSON among EDN", call + `{"process":0,"type":"ok","f":"write","value":1}`, "line 2: "},
		{"a cas of one value", "{:process 0 :type :invoke :f :cas :value 1}", "the value of a cas"},
		{"a read of a list that finds a number", "{:process 0 :type :ok :value [[:append 1 2] [:r 1 3]]}", "a read of a list found 3"},
		{
			"a transaction with other appends", "{:process 0 :type :invoke :value [[:append 1 2]]}\n{:process 0 :type :ok :value [[:append 1 3]]}",
			"line 2: the answer has other writes than the call",
		},
		{
			"a transaction with a missing append", "{:process 0 :type :invoke :value [[:append 1 2] [:append 2 2]]}\n{:process 0 :type :ok :value [[:append 1 2]]}",
			"line 2: the answer has other writes than the call",
		},
		{
			"a transaction with an extra append", "{:process 0 :type :invoke :value [[:r 1 nil]]}\n{:process 0 :type :ok :value [[:append 1 2]]}",
			"line 2: the answer has other writes than the call",
		},
		{"an incomplete part of a transaction", "{:process 0 :type :invoke :value [[:append 1 2] [:r]]}", "a part of a transaction has a function, a key and a value"},
		{"writes among appends", "{:process 0 :type :invoke :value [[:append 1 2] [:w 1 2]]}", ":w is not a function of a transaction over lists"},
		{"keys that look the same", "{:process 0 :type :ok :f :put :key \"1\" :value 1}{:process 0 :type :ok :f :put :key 1 :value 1}", "two keys that look the same"},
		{"a transfer without an amount", "{:process 0 :type :invoke :f :transfer :value {:from 1 :to 2 :amount x}}", "x is not a whole number"},
		{"functions of no model", "{:process 0 :type :invoke :f :enqueue :value 1}", `the model cannot be inferred: no model has a function "enqueue"; name the model that was meant: register, `},
		{"own lines, cut off", "{\"lightning_history\":1,\"ops\":2}\n", "line 2: the file ends after 0 of 2 operations"},
		{"own lines of an unknown model", "{\"lightning_history\":4,\"ops\":0,\"model\":\"queue\"}\n", `line 1: unknown model "queue"; the models are register, cas-register, `},
		{"a log with a bad value", "0 :invoke :read nil\n0 :ok :read [1\n", "line 2: "},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := recorded.Read(strings.NewReader(row.text), recorded.Options{})
			require.True(t, errors.Is(err, recorded.ErrFormat) || errors.Is(err, recorded.ErrModel), "%v", err)
			require.ErrorContains(t, err, row.says)
		})
	}
	broken := errors.New("the disk fails")
	_, err := recorded.Read(iotest.ErrReader(broken), recorded.Options{})
	require.ErrorIs(t, err, broken)
	require.NotErrorIs(t, err, recorded.ErrFormat)
}

// An initial value is compared with what reads found, so it needs the same form.
func TestAnInitialValueHasTheFormOfARead(t *testing.T) {
	for _, row := range []struct {
		r          recorded.Recording
		text, want string
		none       bool
	}{
		{r: recorded.Recording{Model: recorded.Register}, text: "0", want: "0"},
		{r: recorded.Recording{Model: recorded.Register}, text: `"12"`, want: `"12"`},
		{r: recorded.Recording{Model: recorded.Register}, text: "nil", none: true},
		{r: recorded.Recording{Model: recorded.RWRegister}, text: "[1 2]", want: "[1 2]"},
		{r: recorded.Recording{Model: recorded.KV}, text: `"12"`, want: "12"},
		{r: recorded.Recording{Model: recorded.KV}, text: `""`, none: true},
		{r: recorded.Recording{Model: recorded.Counter}, text: "+7", want: "7"},
		{r: recorded.Recording{Model: recorded.KV, Format: recorded.JSONL}, text: `""`, want: ""},
		{r: recorded.Recording{Model: recorded.Register, Format: recorded.JSONL}, text: `"12"`, want: "12"},
	} {
		value, err := row.r.Initial(row.text)
		require.NoError(t, err, row.text)
		require.Equal(t, row.none, value == nil, row.text)
		require.Equal(t, row.want, string(value), row.text)
	}
	counter := recorded.Recording{Model: recorded.Counter}
	_, err := counter.Initial(":a")
	require.EqualError(t, err, ":a is not a whole number")
	_, err = counter.Initial("[1")
	require.Error(t, err)
}

func TestTicksAreLinesIfEachEntryHasItsOwn(t *testing.T) {
	for text, want := range map[string]bool{
		"\n{:process 0 :type :invoke :f :read}\n\n{:process 0 :type :ok :f :read}":     true,
		"{:process 0 :type :invoke :f :read} {:process 0 :type :ok :f :read}":          false,
		"{:process 0 :type :ok :f :read}\n{:process 1 :type :ok :f :read}":             false, // the calls came earlier
		"[{:process 0 :type :invoke\n :f :read}\n{:process 0 :type :ok\n :f :read}\n]": true,
	} {
		r, err := recorded.Read(strings.NewReader(text), recorded.Options{})
		require.NoError(t, err)
		require.Equal(t, want, r.Lines, text)
	}
}

func TestTheModelOfJSONLinesIsStatedOrInferred(t *testing.T) {
	put := history.Op{Kind: history.Put, Call: 1, Return: 2, Outcome: history.Acked, Writes: []history.Write{{Key: []byte("a"), Value: []byte("1")}}}
	txn, appending := put, put
	txn.Kind, appending.Kind = history.Txn, history.Txn
	appending.Writes = []history.Write{{Key: []byte("a"), Value: []byte("1\n"), Change: history.Extend}}
	for _, row := range []struct {
		op   history.Op
		says string
		want recorded.Model
	}{
		{put, "", recorded.KV},
		{txn, "", recorded.RWRegister},
		{appending, "", recorded.ListAppend},
		{txn, "list-append", recorded.ListAppend},
	} {
		var text bytes.Buffer
		require.NoError(t, history.File{Model: row.says, Ops: []history.Op{row.op}}.Encode(&text))
		r, err := recorded.Read(&text, recorded.Options{})
		require.NoError(t, err)
		require.Equal(t, row.want, r.Model)
		require.Equal(t, []history.Op{row.op}, r.Ops)
	}
}

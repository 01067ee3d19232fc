package checker_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// porcupineDir is where the module porcupine lies, which brings published histories and says what is right about them.
func porcupineDir(t *testing.T) string {
	t.Helper()
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/anishathalye/porcupine").Output()
	require.NoError(t, err)
	return string(bytes.TrimSpace(dir))
}

// verdicts reads what porcupine's tests say about histories, by the name of the history.
func verdicts(t *testing.T, dir, pattern string) map[string]checker.Verdict {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "porcupine_test.go"))
	require.NoError(t, err)
	want := map[string]checker.Verdict{}
	for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(string(text), -1) {
		want[m[1]] = map[string]checker.Verdict{"true": checker.Pass, "false": checker.Fail}[m[2]]
	}
	return want
}

// events makes a history of calls and answers, one after the other.
type events struct {
	ops  []history.Op
	busy map[int]int // by client, the operation that it waits for
	tick history.Tick
}

func (e *events) call(client int, op history.Op) {
	e.tick++
	op.ID, op.Client, op.Call, op.Return = len(e.ops), client, e.tick, history.Never
	e.ops, e.busy[client] = append(e.ops, op), len(e.ops)
}

func (e *events) answer(client int, outcome history.Outcome) *history.Op {
	e.tick++
	op := &e.ops[e.busy[client]]
	op.Outcome, op.Return = outcome, e.tick
	return op
}

func holding(key, value string) []history.Read {
	if value == "nil" {
		return []history.Read{{Key: []byte(key)}}
	}
	return []history.Read{{Key: []byte(key), Value: []byte(value), Found: true}}
}

func writing(key, value string, change history.Change) []history.Write {
	return []history.Write{{Key: []byte(key), Value: []byte(value), Change: change}}
}

var jepsenLine = regexp.MustCompile(`^INFO\s+jepsen\.util\s+-\s+(\d+)\s+:(\w+)\s+:(\w+)\s+(nil|:timed-out|\d+|\[(\d+) (\d+)\])$`)

// jepsen reads a history of one register as Jepsen logged it. An operation that may have timed out stays open.
func jepsen(t *testing.T, file string) []history.Op {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	e := events{busy: map[int]int{}}
	for line := range strings.Lines(string(text)) {
		m := jepsenLine.FindStringSubmatch(strings.TrimSpace(line))
		if m == nil {
			continue
		}
		client, err := strconv.Atoi(m[1])
		require.NoError(t, err)
		switch what, op, arg := m[2], m[3], m[4]; {
		case what == "invoke" && op == "read":
			e.call(client, history.Op{Kind: history.Get})
		case what == "invoke" && op == "write":
			e.call(client, history.Op{Kind: history.Put, Writes: writing("r", arg, history.Assign)})
		case what == "invoke" && op == "cas":
			e.call(client, history.Op{Kind: history.CAS, If: holding("r", m[5]), Writes: writing("r", m[6], history.Assign)})
		case what == "fail" && op == "read" && arg == ":timed-out":
			e.answer(client, history.Unknown)
		case arg == ":timed-out":
		case what == "ok" && op == "read":
			e.answer(client, history.Acked).Reads = holding("r", arg)
		case what == "ok":
			e.answer(client, history.Acked)
		case what == "fail" && op == "cas":
			e.answer(client, history.Acked).Missed = true
		}
	}
	return e.ops
}

// TestLinearizabilityOfEtcdAsPublished: Jepsen's histories of an early etcd, whose values repeat all the time, have the
// verdicts that porcupine's tests state.
func TestLinearizabilityOfEtcdAsPublished(t *testing.T) {
	dir := porcupineDir(t)
	want := verdicts(t, dir, `checkJepsen\(t, (\d+), (true|false)\)`)
	require.Len(t, want, 102)
	for number, verdict := range want {
		n, err := strconv.Atoi(number)
		require.NoError(t, err)
		ops := jepsen(t, filepath.Join(dir, fmt.Sprintf("test_data/jepsen/etcd_%03d.log", n)))
		r := checker.Linearizability(t.Context(), ops, nil, nil, nil, checker.Limits{})
		require.Equal(t, verdict, r.Verdict, "etcd_%03d: %s", n, r.Reason)
	}
}

var storeLine = regexp.MustCompile(`^\{:process (\d+), :type :(\w+), :f :(\w+), :key "(.*)", :value (nil|"(.*)")\}$`)

// TestLinearizabilityOfAppendsAsPublished: histories of a store with get, put and append, of up to 50 clients.
func TestLinearizabilityOfAppendsAsPublished(t *testing.T) {
	dir := porcupineDir(t)
	want := verdicts(t, dir, `checkKv\(t, "([^"]+)", (true|false), true\)`)
	require.Len(t, want, 6)
	for name, verdict := range want {
		text, err := os.ReadFile(filepath.Join(dir, "test_data/kv", name+".txt"))
		require.NoError(t, err)
		e := events{busy: map[int]int{}}
		for line := range strings.Lines(string(text)) {
			m := storeLine.FindStringSubmatch(strings.TrimSpace(line))
			require.NotNil(t, m, line)
			client, err := strconv.Atoi(m[1])
			require.NoError(t, err)
			switch key := m[4]; {
			case m[2] == "invoke" && m[3] == "get":
				e.call(client, history.Op{Kind: history.Get})
			case m[2] == "invoke" && m[3] == "put":
				e.call(client, history.Op{Kind: history.Put, Writes: writing(key, m[6], history.Assign)})
			case m[2] == "invoke":
				e.call(client, history.Op{Kind: history.Append, Writes: writing(key, m[6], history.Extend)})
			default:
				if op := e.answer(client, history.Acked); op.Kind == history.Get {
					op.Reads = holding(key, m[6])
					op.Reads[0].Found = m[6] != ""
				}
			}
		}
		r := checker.Linearizability(t.Context(), e.ops, nil, nil, nil, checker.Limits{Clients: 64, WindowOps: 5000})
		require.Equal(t, verdict, r.Verdict, "%s: %s", name, r.Reason)
	}
}

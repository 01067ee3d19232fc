package evidence

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
)

// gzipped compresses parts, each repeated as often as it says.
func gzipped(t testing.TB, parts ...part) []byte {
	t.Helper()
	var all bytes.Buffer
	for _, p := range parts {
		var one bytes.Buffer
		z := gzip.NewWriter(&one)
		_, err := z.Write([]byte(p.text))
		require.NoError(t, err)
		require.NoError(t, z.Close())
		all.WriteString(strings.Repeat(one.String(), p.times)) // gzip reads concatenated members as one
	}
	return all.Bytes()
}

type part struct {
	text  string
	times int
}

const head = `{"version":1,"engine":"toy",`

func TestLoadSaysWhatAFileIsInstead(t *testing.T) {
	t.Parallel()
	good := gzipped(t, part{head + `"spec":{"workload":"kv"}}`, 1})
	damaged := bytes.Clone(good)
	damaged[len(damaged)-6] ^= 1
	for _, row := range []struct {
		name string
		data []byte
		want string
	}{
		{"an empty file", nil, "it is empty"},
		{"text", []byte("no evidence\n"), "it is text"},
		{"text truncated within a character", []byte("na\xc3"), "it is text"},
		{"uncompressed JSON", []byte(`{"version":1}`), "it is JSON or text that is not compressed"},
		{"an executable", []byte("\x7fELF\x02\x01\x01\x00"), "it is binary data"},
		{"the first byte", good[:1], "it was cut short"},
		{"half of the header", good[:6], "it was cut short"},
		{"half of a file", good[:len(good)/2], "it was cut short"},
		{"all but the last byte", good[:len(good)-1], "it was cut short"},
		{"a flipped bit", damaged, "it is damaged: gzip: invalid checksum"},
		{"bytes after the end", append(bytes.Clone(good), "and more than a header"...), "it is damaged"},
		{"compressed text", gzipped(t, part{"no evidence", 1}), "its content is not JSON"},
		{"an empty compressed file", gzipped(t, part{"", 1}), "its content is not JSON"},
		{"a list", gzipped(t, part{"[1,2]", 1}), "its content is JSON, but not of a finding"},
		{"another object", gzipped(t, part{`{"version":1,"name":"package"}`, 1}), "its content is JSON, but not of a finding"},
		{"a newer version", gzipped(t, part{`{"version":2,"engine":"toy","spec":[]}`, 1}), "it is of version 2, which a newer program wrote"},
		{"version 0", gzipped(t, part{`{"version":0,"engine":"toy"}`, 1}), "it is of version 0"},
		{"a spec of another type", gzipped(t, part{head + `"spec":7}`, 1}), "it is damaged: json: cannot unmarshal"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "a"+Ext)
			require.NoError(t, os.WriteFile(file, row.data, 0o600))
			_, err := Load(file)
			require.ErrorIs(t, err, ErrBadToken)
			require.ErrorContains(t, err, file+" is not a saved finding: "+row.want)
		})
	}
	_, err := Load(t.TempDir())
	require.ErrorIs(t, err, ErrBadToken)
	require.ErrorContains(t, err, "it is a directory; name the files in it")
	_, err = Load(filepath.Join(t.TempDir(), "none"))
	require.ErrorIs(t, err, ErrBadToken)
	require.ErrorContains(t, err, "is not a saved finding: no such file or directory")
	_, err = Load(os.DevNull)
	require.ErrorContains(t, err, "it is not a regular file")
}

// A few megabytes of these would expand to gigabytes of memory.
func TestABombIsRefusedInLittleMemory(t *testing.T) {
	many := func(element string) part { return part{strings.Repeat(element, 1<<15), 100} }
	for _, row := range []struct {
		name string
		data []byte
		want string
	}{
		{"a string of 600 MiB", gzipped(t, part{`{"version":1,"engine":"`, 1}, part{strings.Repeat("a", 1<<20), 600}), "it has more than 536870912 bytes"},
		{"a list of numbers where structs belong", gzipped(t, part{head + `"trace":[`, 1}, many("0,")), "more than 2000000 elements of lists"},
		{"empty operations", gzipped(t, part{head + `"history":[`, 1}, many("{},")), "more than 2000000 elements of lists"},
		{"a large map", gzipped(t, part{head + `"finding":{"profiles":{`, 1}, part{strings.Repeat(`"":"",`, 1<<15), 600}), "more than 16000000 values"},
		{"a deep list", gzipped(t, part{strings.Repeat("[", 1<<15), 100}), "more than 32 lists within one another"},
	} {
		t.Run(row.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := decode(bytes.NewReader(row.data))
			runtime.ReadMemStats(&after)
			require.ErrorContains(t, err, row.want)
			require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(4<<20))
		})
	}
}

// Each of these is small, but would panic or take all memory if it were replayed.
func TestNumbersThatNoRunRecordsAreRefused(t *testing.T) {
	t.Parallel()
	write := faultfs.Op{Tick: 3, Kind: faultfs.OpWrite, Ino: 2, Data: []byte("x"), Size: 1}
	wrote := func(change func(op *faultfs.Op)) func(*Evidence) {
		return func(v *Evidence) {
			op := write
			change(&op)
			v.Trace = []faultfs.Op{op}
		}
	}
	for want, change := range map[string]func(*Evidence){
		"ops is 99999999999;":                          func(v *Evidence) { v.Spec.Size.Ops = 99_999_999_999 },
		"value_bytes is 65537":                         func(v *Evidence) { v.Script = &workloads.Script{Size: workloads.Size{ValueBytes: 65_537}} },
		"the number of clients in the script is 1000;": func(v *Evidence) { v.Script = &workloads.Script{Clients: make([][]workloads.Step, 1000)} },
		"the number of steps in the script is 200001;": func(v *Evidence) {
			v.Script = &workloads.Script{Clients: [][]workloads.Step{make([]workloads.Step, 200_001)}}
		},
		"the number of rules is 100;":                          func(v *Evidence) { v.Rules = make([]string, 100) },
		"an element of keep.steps is -1;":                      func(v *Evidence) { v.Spec.Keep = &plan.Keep{Steps: []int{-1}} },
		"an offset or a size of 1152921504606846976":           wrote(func(op *faultfs.Op) { op.Off = 1 << 60 }),
		"an offset or a size of -1;":                           wrote(func(op *faultfs.Op) { op.Off = -1 }),
		"an offset or a size of 9223372036854775807":           wrote(func(op *faultfs.Op) { op.Off = 1<<63 - 1 }),
		"an offset or a size of 4294967297; the limit":         wrote(func(op *faultfs.Op) { op.Size = 1<<32 + 1 }),
		"an offset or a size of -5;":                           wrote(func(op *faultfs.Op) { op.OldSize = -5 }),
		"by operation 1 of the trace files have grown by more": func(v *Evidence) { v.Trace = holes(2) },
		"operation 0 of the trace is at tick 0, after tick 0":  wrote(func(op *faultfs.Op) { op.Tick = 0 }),
		"operation 1 of the trace is at tick 3, after tick 3":  func(v *Evidence) { v.Trace = []faultfs.Op{write, write} },
		"operation 0 of the history has number 7":              func(v *Evidence) { v.History = []history.Op{{ID: 7}} },
		"operation 0 of the history has number 0, client -1":   func(v *Evidence) { v.History = []history.Op{{Client: -1}} },
		"operation 0 of the history has number 0, client 0 and ticks 9 to 3": func(v *Evidence) {
			v.History = []history.Op{{Call: 9, Return: 3}}
		},
		"leaf is -1":          func(v *Evidence) { v.Leaf = -1 },
		"answer 0 is -1 of 2": func(v *Evidence) { v.Picks = []explore.Answer{{N: 2, Pick: -1}} },
		"answer 0 is 9 of 2":  func(v *Evidence) { v.Nested = &explore.NestedImage{Picks: []explore.Answer{{N: 2, Pick: 9}}} },
	} {
		v := &Evidence{Version: 1, Engine: "toy", Spec: plan.Spec{Workload: "kv", Fault: "power", Profile: "posix-min", Seed: 1}}
		change(v)
		text, err := json.Marshal(v)
		require.NoError(t, err)
		_, err = decode(bytes.NewReader(gzipped(t, part{string(text), 1})))
		assert.ErrorContains(t, err, want)
	}
}

// holes returns a trace that creates n files of almost 4 GiB with one byte each.
func holes(n int) (ops []faultfs.Op) {
	for i := range n {
		end := int64(1<<32 - 1)
		ops = append(ops, faultfs.Op{
			Tick: uint64(i + 1), Kind: faultfs.OpWrite, Ino: faultfs.Ino(i + 2), Off: end - 1, Data: []byte("x"), OldSize: end, Size: end,
		})
	}
	return ops
}

func TestARotFaultWithoutARuleIsRefused(t *testing.T) {
	t.Parallel()
	v := &Evidence{Version: 1, Engine: "toy", Spec: plan.Spec{Workload: "kv", Fault: "bitrot", Profile: "posix-min", Seed: 1}}
	_, err := v.Recording()
	require.ErrorIs(t, err, ErrBadToken)
}

func TestEvidenceThatCouldNotBeReadAgainIsNotSaved(t *testing.T) {
	t.Parallel()
	v := &Evidence{Version: 1, Engine: "toy", Trace: make([]faultfs.Op, contentLimits.Elements+1)}
	file := filepath.Join(t.TempDir(), "large"+Ext)
	require.ErrorIs(t, v.Save(file), ErrTooLarge)
	left, err := os.ReadDir(filepath.Dir(file))
	require.NoError(t, err)
	require.Empty(t, left)
}

// FuzzLoad reads arbitrary content: it is refused, or it is within the limits and its run can be rebuilt. The input is
// small, and packed without compression, because the fuzzer repeats interesting inputs thousands of times.
func FuzzLoad(f *testing.F) {
	const wrote = `"trace":[{"t":1,"k":5,"p":"/a","i":2,"d":"eA==","s":1}],"history":[{"id":0,"client":0,"kind":"put","call":2,"return":3,` +
		`"writes":[{"k":"YQ==","v":"Yg=="}],"durability":"sync","outcome":"acked"}],"picks":[{"n":2,"pick":1}],"leaf":0}`
	f.Add(head + `"spec":{"workload":"kv","fault":"power","profile":"xfs","seed":1,"size":{"ops":2}},"rules":["eio write nth=2"],` + wrote)
	f.Add(head + `"spec":{"workload":"bank","fault":"bitrot","profile":"xfs","keep":{"load":[0],"steps":[1]}},"rot":{"Path":"/a","Off":1},` + wrote)
	f.Add(head + `"script":{"Workload":"kv","Clients":[[{"Kind":"put","Writes":[{"k":"YQ=="}]}]]},"nested":{"tick":1,"picks":[]},` + wrote)
	packed := bytes.Buffer{}
	z, err := gzip.NewWriterLevel(&packed, gzip.NoCompression)
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, text string) {
		packed.Reset()
		z.Reset(&packed)
		_, err := z.Write([]byte(text))
		require.NoError(t, err)
		require.NoError(t, z.Close())
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		v, err := decode(bytes.NewReader(packed.Bytes()))
		runtime.ReadMemStats(&after)
		require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(4<<20+2048*len(text)))
		if err != nil || v.Spec.Scenario != "" || (v.Spec.Size.Clients+1)*(v.Spec.Size.Ops+v.Spec.Size.Keys) > 10_000 {
			return
		}
		if r, err := v.Recording(); err == nil {
			require.NotNil(t, r.Plan)
		}
	})
}

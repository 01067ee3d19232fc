package wire_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/fleet/wire"
	"github.com/lightningdb/lightning-torture/workloads/soak/campaign"
	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
)

type message interface{ Validate() error }

// the longest name and the longest list that a message may have.
const (
	nameMax = 4096
	listMax = 1024
)

var spec = campaign.Spec{Version: 1, Engine: "lightning", Seed: 7}

func hello() *wire.Hello {
	return &wire.Hello{
		Protocol: wire.Protocol, Worker: "host-12", Campaign: spec.Name(), Build: wire.Build{ID: "ab12", Version: "1", Commit: "c0ffee"},
		Doing: &wire.Place{Lap: 3, Cell: 4}, Leaving: true,
	}
}

func welcome() *wire.Welcome {
	s := spec
	return &wire.Welcome{Campaign: s.Name(), Spec: &s, Stream: "FLEET_LIGHTNING_x_0", Lease: time.Minute, Wait: 5 * time.Second}
}

func item() *wire.Item {
	return &wire.Item{Campaign: spec.Name(), Place: wire.Place{Lap: 1, Cell: 2}, Of: 55}
}

func result() *wire.Result {
	return &wire.Result{
		Worker: "host-12", Campaign: spec.Name(), Build: wire.Build{ID: "ab12", Version: "1", Commit: "c0ffee"}, Canary: &ledger.Canary{Lap: 1, Caught: true, Images: 9, Reason: "none"},
		Deaths: []ledger.Death{{Process: "lap", Lap: 1, Cause: "it used too much memory"}},
		Cell: &ledger.Cell{
			Lap: 1, Cell: 2, Workload: "bank", Fault: "power", Seed: 1 << 63, Outcome: ledger.Failed, Reasons: []string{"a finding"}, Images: 1000, Seconds: 1.5, TraceHash: "77",
			Profiles: map[string]int{"ext4-ordered": 1000}, Goals: map[string]int{"torn write": 3},
			Findings: []ledger.Sighting{{
				ID: "0123456789", Judge: "durability", Class: "lost", Sentence: "a commit is lost", Workload: "bank", Fault: "power", Token: "LT2-X",
				File: "findings/0123456789.ltrace", Count: 2,
			}},
		},
		Evidence: []wire.Evidence{{ID: "0123456789", SHA256: strings.Repeat("ab", 32), Bytes: 4096}},
	}
}

// empty returns a new message of the same type.
func empty(m message) message { return reflect.New(reflect.TypeOf(m).Elem()).Interface().(message) }

func TestMessagesArriveAsTheyWereSent(t *testing.T) {
	t.Parallel()
	for _, m := range []message{
		hello(), welcome(), &wire.Welcome{Refused: "another build"}, &wire.Welcome{Over: "all laps are done"}, item(), result(),
		&wire.Result{Worker: "w", Canary: &ledger.Canary{Reason: "it has no eyes"}}, &wire.Receipt{}, &wire.Receipt{Again: "the object is missing"},
	} {
		text, err := wire.Encode(m)
		require.NoError(t, err)
		got := empty(m)
		require.NoError(t, wire.Decode(text, got), "%s", text)
		require.Equal(t, m, got)
	}
}

// Whatever is too large is refused before anything is decoded, so the message stays empty.
func TestMessagesThatAreTooLargeAreNotDecoded(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"too many bytes":      `{"worker":"` + strings.Repeat("x", wire.MessageBytesMax) + `"}`,
		"too many elements":   `{"worker":"w","evidence":[` + strings.Repeat(`{},`, 5000) + `{}]}`,
		"too many map values": `{"worker":"w","cell":{"goals":{` + strings.Repeat(`"a":1,`, 20_000) + `"a":1}}}`,
		"too many keys":       `{"worker":"w"` + strings.Repeat(`,"x":1`, 20_000) + `}`,
		"too deep":            `{"worker":"w","cell":` + strings.Repeat(`{"a":[`, 100),
	} {
		for _, m := range []message{hello(), welcome(), item(), result(), &wire.Receipt{}} {
			into := empty(m)
			require.ErrorIs(t, wire.Decode([]byte(text), into), wire.ErrMessage, name)
			require.Equal(t, empty(m), into, "%s: decoded in part", name)
		}
	}
	_, err := wire.Encode(&wire.Hello{Worker: strings.Repeat("x", wire.MessageBytesMax)})
	require.ErrorIs(t, err, wire.ErrMessage)
}

// Every text and list of a message has a limit, and every number a range. The test finds the texts by reflection, so a new field
// without a limit fails it.
func TestEveryTextHasALimit(t *testing.T) {
	t.Parallel()
	for _, m := range []message{hello(), welcome(), &wire.Welcome{Refused: "x"}, &wire.Welcome{Over: "x"}, item(), result(), &wire.Receipt{Refused: "x", Again: "x"}} {
		require.NoError(t, m.Validate())
		n := 0
		eachText(reflect.ValueOf(m), fmt.Sprintf("%T", m), func(name string, text reflect.Value) {
			if strings.HasSuffix(name, ".File") || strings.Contains(name, ".Spec.") {
				return // the coordinator overwrites File; the name of the campaign covers the spec, and workers trust their coordinator
			}
			n++
			old := text.String()
			text.SetString(strings.Repeat("a", nameMax+1))
			require.Error(t, m.Validate(), "%s has no limit", name)
			text.SetString(old)
			require.NoError(t, m.Validate(), name)
		})
		require.Positive(t, n, "%T", m)
	}
}

// eachText calls do with each settable text within a value that is not empty.
func eachText(v reflect.Value, name string, do func(name string, text reflect.Value)) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			eachText(v.Elem(), name, do)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			eachText(v.Field(i), name+"."+v.Type().Field(i).Name, do)
		}
	case reflect.Slice:
		for i := range v.Len() {
			eachText(v.Index(i), name, do)
		}
	case reflect.String:
		if v.Len() > 0 {
			do(name, v)
		}
	default:
	}
}

func TestMessagesThatMakeNoSenseAreRefused(t *testing.T) {
	t.Parallel()
	many := map[string]int{}
	for i := range listMax + 1 {
		many[fmt.Sprint(i)] = 1
	}
	long := strings.Repeat("a", nameMax+1)
	for name, m := range map[string]message{
		"a hello from nobody":         with(hello(), func(h *wire.Hello) { h.Worker = "" }),
		"a hello from a negative lap": with(hello(), func(h *wire.Hello) { h.Doing.Lap = -1 }),
		"a hello from a distant lap":  with(hello(), func(h *wire.Hello) { h.Doing.Lap = 1<<40 + 1 }),
		"a hello from a distant cell": with(hello(), func(h *wire.Hello) { h.Doing.Cell = 1<<20 + 1 }),
		"a welcome to nothing":        with(welcome(), func(w *wire.Welcome) { w.Spec = nil }),
		"a welcome to another spec":   with(welcome(), func(w *wire.Welcome) { w.Spec.Seed++ }),
		"a lease of nothing":          with(welcome(), func(w *wire.Welcome) { w.Lease = 0 }),
		"a lease of a week":           with(welcome(), func(w *wire.Welcome) { w.Lease = 7 * 24 * time.Hour }),
		"a negative wait":             with(welcome(), func(w *wire.Welcome) { w.Wait = -1 }),
		"an item beyond its lap":      with(item(), func(i *wire.Item) { i.Cell = i.Of }),
		"an item of a negative lap":   with(item(), func(i *wire.Item) { i.Lap = -1 }),
		"an item of a vast lap":       with(item(), func(i *wire.Item) { i.Of = 1<<20 + 1 }),
		"a result of nothing":         with(result(), func(r *wire.Result) { r.Cell = nil }),
		"a result without a canary":   with(result(), func(r *wire.Result) { r.Cell, r.Canary = nil, nil }),
		"an unknown outcome":          with(result(), func(r *wire.Result) { r.Cell.Outcome = "fine" }),
		"a negative lap":              with(result(), func(r *wire.Result) { r.Cell.Lap = -1 }),
		"a negative count":            with(result(), func(r *wire.Result) { r.Cell.Images = -1 }),
		"a count beyond all counting": with(result(), func(r *wire.Result) { r.Cell.Runs = 1<<40 + 1 }),
		"a negative time":             with(result(), func(r *wire.Result) { r.Cell.Seconds = -1 }),
		"a canary of no lap":          with(result(), func(r *wire.Result) { r.Canary.Lap = -1 }),
		"a canary of negative images": with(result(), func(r *wire.Result) { r.Canary.Images = -1 }),
		"a negative goal":             with(result(), func(r *wire.Result) { r.Cell.Goals = map[string]int{"a": -1} }),
		"a goal with a long name":     with(result(), func(r *wire.Result) { r.Cell.Goals = map[string]int{long: 1} }),
		"a profile with a long name":  with(result(), func(r *wire.Result) { r.Cell.Profiles = map[string]int{long: 1} }),
		"too many goals":              with(result(), func(r *wire.Result) { r.Cell.Goals = many }),
		"too many profiles":           with(result(), func(r *wire.Result) { r.Cell.Profiles = many }),
		"too many reasons":            with(result(), func(r *wire.Result) { r.Cell.Reasons = make([]string, listMax+1) }),
		"too many deaths":             with(result(), func(r *wire.Result) { r.Deaths = make([]ledger.Death, listMax+1) }),
		"a death with a finding":      with(result(), func(r *wire.Result) { r.Deaths[0].Finding = &ledger.Sighting{} }),
		"too many findings": with(result(), func(r *wire.Result) {
			r.Cell.Findings = make([]ledger.Sighting, wire.FindingsMax+1)
			for i := range r.Cell.Findings {
				r.Cell.Findings[i].ID = "0123456789"
			}
		}),
		"too much evidence": with(result(), func(r *wire.Result) {
			for len(r.Evidence) <= wire.FindingsMax {
				r.Evidence = append(r.Evidence, r.Evidence[0])
			}
		}),
		"a finding that is a path":     with(result(), func(r *wire.Result) { r.Cell.Findings[0].ID = "../../a/bc" }),
		"evidence that is a path":      with(result(), func(r *wire.Result) { r.Evidence[0].ID = "../../a/bc" }),
		"a digest of another length":   with(result(), func(r *wire.Result) { r.Evidence[0].SHA256 = "ab" }),
		"a digest with capitals":       with(result(), func(r *wire.Result) { r.Evidence[0].SHA256 = strings.Repeat("AB", 32) }),
		"a digest with another line":   with(result(), func(r *wire.Result) { r.Evidence[0].SHA256 += "\n" }),
		"evidence of a negative size":  with(result(), func(r *wire.Result) { r.Evidence[0].Bytes = -1 }),
		"evidence that is too large":   with(result(), func(r *wire.Result) { r.Evidence[0].Bytes = wire.EvidenceBytesMax + 1 }),
		"a sighting seen -1 times":     with(result(), func(r *wire.Result) { r.Cell.Findings[0].Count = -1 }),
		"a refusal without an end":     &wire.Receipt{Refused: long},
		"a farewell without an end":    &wire.Welcome{Over: long},
		"a refusal of a worker to end": &wire.Welcome{Refused: long},
	} {
		require.Error(t, m.Validate(), name)
		text, err := json.Marshal(m)
		require.NoError(t, err, name)
		require.ErrorIs(t, wire.Decode(text, empty(m)), wire.ErrMessage, name)
	}
}

// with returns a message after a change.
func with[M message](m M, change func(M)) message {
	change(m)
	return m
}

func TestAFleetHasItsOwnSubjects(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "Night", "a.b", "a b", "*", ">", "a\n", "ä", strings.Repeat("a", 33)} {
		_, err := wire.SubjectsOf(name)
		require.ErrorIs(t, err, wire.ErrMessage, "%q", name)
	}
	one, err := wire.SubjectsOf("one")
	require.NoError(t, err)
	two, err := wire.SubjectsOf("two")
	require.NoError(t, err)
	q := wire.Queue{Campaign: spec.Name(), Number: 1}
	next := wire.Queue{Campaign: spec.Name(), Number: 2}
	names := map[string]bool{}
	for _, s := range []wire.Subjects{one, two} {
		for _, name := range []string{s.Hello(), s.Result(), s.Status(), s.Drain(), s.Work(q, 1, 2), s.Work(q, 12, 2), s.Work(next, 1, 2), s.Stream(q), s.Stream(next)} {
			require.False(t, names[name], "%s means two things", name)
			names[name] = true
		}
		within := strings.TrimSuffix(s.AllWork(q), ">")
		require.True(t, strings.HasPrefix(s.Work(q, 1, 2), within))
		require.False(t, strings.HasPrefix(s.Work(next, 1, 2), within), "another queue's items")
	}
}

// FuzzDecode decodes arbitrary bytes as each kind of message. What is accepted obeys the limits and survives another trip.
func FuzzDecode(f *testing.F) {
	for _, m := range []message{hello(), welcome(), &wire.Welcome{Over: "done"}, item(), result(), &wire.Receipt{Again: "x"}} {
		text, err := wire.Encode(m)
		require.NoError(f, err)
		f.Add(text)
	}
	f.Add([]byte(`{"worker":"w","cell":{"lap":-1}}`))
	f.Add([]byte(`[[[[[[[[[[`))
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, m := range []message{&wire.Hello{}, &wire.Welcome{}, &wire.Item{}, &wire.Result{}, &wire.Receipt{}} {
			if err := wire.Decode(text, m); err != nil {
				require.ErrorIs(t, err, wire.ErrMessage)
				continue
			}
			if r, is := m.(*wire.Result); is {
				require.LessOrEqual(t, len(r.Evidence), wire.FindingsMax)
				for _, e := range r.Evidence {
					require.Regexp(t, `^[0-9a-f]{10}\z`, e.ID, "it becomes a file name")
				}
			}
			again, err := wire.Encode(m)
			if err != nil {
				require.ErrorIs(t, err, wire.ErrMessage) // JSON escapes some characters, which makes the text longer
				continue
			}
			back := empty(m)
			require.NoError(t, wire.Decode(again, back), "%s", again)
			third, err := wire.Encode(back)
			require.NoError(t, err)
			require.Equal(t, string(again), string(third))
		}
	})
}

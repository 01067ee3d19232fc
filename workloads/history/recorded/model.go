package recorded

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads/history/edn"
)

// Model is what the keys of a history hold and what its functions do.
type Model string

// The models.
const (
	Register    Model = "register"     // one value: read, write
	CASRegister Model = "cas-register" // the same, and cas, which writes if the register holds the expected value
	KV          Model = "kv"           // keys with values: get, put, append, delete, cas
	Counter     Model = "counter"      // a number: read, add
	Mutex       Model = "mutex"        // a lock: acquire, release
	Set         Model = "set"          // a set that grows: read, add
	ListAppend  Model = "list-append"  // transactions over lists: r, append
	RWRegister  Model = "rw-register"  // transactions over registers: r, w
	Bank        Model = "bank"         // accounts: read (all of them), transfer
)

// Models returns all models.
func Models() []Model {
	return []Model{Register, CASRegister, KV, Counter, Mutex, Set, ListAppend, RWRegister, Bank}
}

func modelNames() string {
	var names []string
	for _, m := range Models() {
		names = append(names, string(m))
	}
	return strings.Join(names, ", ")
}

// modelNamed returns the model of that name.
func modelNamed(name string) (Model, error) {
	if m := Model(name); slices.Contains(Models(), m) {
		return m, nil
	}
	return "", fmt.Errorf("unknown model %q; the models are %s", name, modelNames())
}

// Valued reports whether the keys of the model hold one value each, so that they may hold one at the start.
func (m Model) Valued() bool {
	return m == Register || m == CASRegister || m == KV || m == Counter || m == RWRegister
}

// Transactional reports whether the operations of the model are transactions, so that isolation levels apply.
func (m Model) Transactional() bool { return m == ListAppend || m == RWRegister }

// traits is what the beginning of a history reveals about its model.
type traits struct {
	clients   int  // number of entries of clients
	keyed     bool // keys are in a field of their own
	functions map[string]bool
	micro     map[string]bool // functions within transactions
	listRead  bool            // a read within a transaction found a list
	mapRead   bool            // a read found a map
	manyRead  bool            // a read found a collection
	single    bool            // some value is not a pair, so values are not pairs of key and value
	paired    bool            // some value is a pair
}

func newTraits() *traits { return &traits{functions: map[string]bool{}, micro: map[string]bool{}} }

// note updates the traits with an entry.
func (t *traits) note(e *entry) {
	if e.other {
		return
	}
	t.clients++
	t.functions[e.f] = true
	t.keyed = t.keyed || e.key.Kind() != edn.Nil
	if e.f == "read" && e.event == ok {
		t.mapRead = t.mapRead || e.value.Kind() == edn.Map
		t.manyRead = t.manyRead || e.value.Kind() >= edn.Vector
	}
	if e.event == invoke || e.event == ok {
		if pairOf(e) {
			t.paired = true
		} else {
			t.single = true
		}
	}
	if e.value.Sequential() {
		for part := range e.value.Parts() {
			t.noteMicro(part)
		}
	}
}

// pairOf reports whether the value of an entry may be a pair of key and value, as in Jepsen's independent.
func pairOf(e *entry) bool {
	if !e.value.Sequential() || e.value.Len() != 2 || e.value.At(0).Kind() == edn.Nil {
		return false
	}
	return e.f != "cas" || e.value.At(1).Sequential()
}

// noteMicro updates the traits with a value that may be part of a transaction.
func (t *traits) noteMicro(v edn.Value) {
	f := v.At(0)
	if !v.Sequential() || f.Kind() != edn.Keyword && f.Kind() != edn.String {
		return
	}
	name := string(f.Text())
	if !slices.Contains([]string{"r", "read", "w", "write", "append"}, name) {
		return
	}
	t.micro[name] = true
	t.listRead = t.listRead || v.At(2).Sequential()
}

// independent reports whether the values of operations are pairs of key and value.
func (t *traits) independent() bool { return t.paired && !t.single && len(t.micro) == 0 }

// model returns the model of the history, or "" if it cannot be determined.
func (t *traits) model() Model {
	f := t.functions
	switch {
	case t.keyed:
		return KV
	case f["acquire"] || f["release"]:
		return Mutex
	case f["transfer"] || t.mapRead:
		return Bank
	case t.micro["append"]:
		return ListAppend
	case t.micro["w"], t.micro["write"]: // a register may hold a list
		return RWRegister
	case t.listRead:
		return ListAppend
	case len(t.micro) > 0:
		return RWRegister
	case f["add"] && t.manyRead:
		return Set
	case f["add"]:
		return Counter
	case f["cas"]:
		return CASRegister
	case f["write"] || f["read"]:
		return Register
	}
	return ""
}

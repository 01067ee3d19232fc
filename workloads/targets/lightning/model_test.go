package lightning_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"

	"github.com/leanovate/gopter"
	"github.com/leanovate/gopter/commands"
	"github.com/leanovate/gopter/gen"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/targets/lightning"
)

// TestEngineIsItsModel lets gopter search for a sequence of commits, flushes, compactions, crashes and reopenings after
// which the engine differs from a map. Synced commits must survive every crash; of the unsynced ones, only a suffix may
// be lost.
func TestEngineIsItsModel(t *testing.T) {
	parameters := gopter.DefaultTestParameters()
	parameters.Workers = 1 // with more workers the seed does not determine the run
	parameters.MinSize, parameters.MaxSize = 20, 120
	if testing.Short() {
		parameters.MinSuccessfulTests = 30
	}
	properties := gopter.NewProperties(parameters)
	properties.Property("the engine shows what its model shows", commands.Prop(machine))
	if !properties.Run(gopter.NewFormatedReporter(true, 160, t.Output())) {
		t.Fail()
	}
	if copied.byTables == 0 || copied.byLogs == 0 {
		t.Errorf("copies of the store had too few blob files: %+v", copied)
	}
}

// machine makes stores and the steps to take with them. What a crash leaves is known only once the store is recovered,
// so the model is kept with the store rather than in gopter's state.
var machine = &commands.ProtoCommands{
	NewSystemUnderTestFunc: func(commands.State) commands.SystemUnderTest {
		s := &modelled{fs: faultfs.New(faultfs.Options{}), shown: map[string]string{}, durable: map[string]string{}, backups: map[uint64]map[string]string{}}
		s.broken = s.open()
		return s
	},
	DestroySystemUnderTestFunc: func(s commands.SystemUnderTest) {
		if db := s.(*modelled).db; db != nil {
			_ = db.Close() // the store is abandoned; its close is not under test here
		}
	},
	InitialStateGen: gen.Const(0),
	GenCommandFunc: func(commands.State) gopter.Gen {
		return gen.UInt64().Map(func(draw uint64) commands.Command { return step{draw} })
	},
}

// step is one command. Everything about it is derived from the drawn number.
type step struct{ draw uint64 }

func (step) NextState(state commands.State) commands.State { return state }
func (step) PreCondition(commands.State) bool              { return true }

func (step) PostCondition(_ commands.State, result commands.Result) *gopter.PropResult {
	if err, failed := result.(error); failed {
		return &gopter.PropResult{Status: gopter.PropFalse, Labels: []string{err.Error()}}
	}
	return &gopter.PropResult{Status: gopter.PropTrue}
}

func (s step) String() string { return fmt.Sprintf("%s(%d)", s.kind().name, s.draw) }

// Run takes the step and compares everything that the store shows with the model. After a failure the store is not used
// again, because its later behaviour says nothing.
func (s step) Run(system commands.SystemUnderTest) commands.Result {
	m := system.(*modelled)
	if m.broken == nil {
		m.broken = s.kind().run(m, rand.New(rand.NewPCG(s.draw, 0)))
	}
	if m.broken == nil {
		m.broken = m.compare()
	}
	if m.broken != nil {
		return m.broken
	}
	return nil
}

type kind struct {
	name   string
	weight uint64
	run    func(*modelled, *rand.Rand) error
}

var kinds = []kind{
	{"put", 30, func(m *modelled, rng *rand.Rand) error { return m.commit(rng, 1, 0, 0) }},
	{"delete", 10, func(m *modelled, rng *rand.Rand) error { return m.commit(rng, 1, 0, 100) }},
	{"batch", 15, func(m *modelled, rng *rand.Rand) error { return m.commit(rng, 2+rng.IntN(20), 10, 30) }},
	{"delete range", 8, func(m *modelled, rng *rand.Rand) error { return m.commit(rng, 1, 100, 0) }},
	{"transaction", 10, (*modelled).transaction},
	{"transaction of ranges", 5, (*modelled).rangeTransaction},
	{"snapshot", 5, func(m *modelled, _ *rand.Rand) error { return m.hold() }},
	{"walk of an iterator", 5, (*modelled).walk},
	{"stream", 3, (*modelled).stream},
	{"sync without a write", 3, func(m *modelled, _ *rand.Rand) error { return m.barrier() }},
	{"flush", 5, func(m *modelled, _ *rand.Rand) error { return m.db.Flush() }},
	{"compact", 3, func(m *modelled, _ *rand.Rand) error { return m.db.Compact() }},
	{"limits", 4, func(m *modelled, rng *rand.Rand) error { m.limits = innerLimits(rng.Uint64()); return m.reopen() }},
	{"reopen", 4, func(m *modelled, _ *rand.Rand) error { return m.reopen() }},
	{"kill", 4, func(m *modelled, _ *rand.Rand) error { return m.kill() }},
	{"crash", 8, func(m *modelled, rng *rand.Rand) error { return m.crash(rng) }},
	{"crash in recovery", 4, (*modelled).crashInRecovery},
	{"checkpoint", 3, (*modelled).checkpoint},
	{"backup", 2, (*modelled).backup},
	{"close and damage", 3, (*modelled).closeAndDamage},
	{"look", 3, (*modelled).look},
	{"cut checkpoint", 2, (*modelled).cutCheckpoint},
	{"restore an earlier backup", 2, (*modelled).restoreEarlier},
	{"repair", 3, (*modelled).repairDamaged},
}

func (s step) kind() kind {
	total := uint64(0)
	for _, k := range kinds {
		total += k.weight
	}
	at := s.draw % total
	for _, k := range kinds {
		if at < k.weight {
			return k
		}
		at -= k.weight
	}
	panic("unreachable: the weights add up")
}

// modelled is a store with its model: what it shows, what must survive a crash, and the commits that need not.
type modelled struct {
	fs      *faultfs.FS
	db      *engine.DB
	limits  engine.Limits // for the next opening
	shown   map[string]string
	durable map[string]string
	loose   []map[string]*string // unsynced commits; nil is a delete
	broken  error

	backups map[uint64]map[string]string // what the store showed at each backup, by number

	held      *engine.Snapshot // or nil
	heldShows map[string]string
}

func (m *modelled) open() (err error) {
	o := smallOptions(m.fs)
	o.Limits = m.limits
	m.db, err = engine.Open("db", o)
	return err
}

// innerLimits draws the limits that are not options.
func innerLimits(seed uint64) (l engine.Limits) {
	target := lightning.Target()
	drawn := target.DrawLimits(seed)
	for _, k := range engine.KnownLimits() {
		if n, set := drawn[k.Name]; set {
			_ = l.Set(k.Name, n) // every draw is valid; otherwise opening the store fails
		}
	}
	return l
}

// smallOptions let a few writes fill memtables, levels and blob files, both at commits and at flushes.
func smallOptions(fsys *faultfs.FS) engine.Options {
	o := lightning.Options(fsys, true)
	o.MemtableBytes, o.LevelBytesBase, o.TableBytes = 2<<10, 4<<10, 2<<10
	o.BlobValueBytes, o.LargeValueBytes, o.BlobFileBytes = 60, 110, 1<<10
	return o
}

// copied counts the blob files in checkpoints and restored backups, by whether tables or logs refer to them.
var copied struct{ byTables, byLogs int }

// compare reads everything, forward, backward and by key, and compares it with the model.
func (m *modelled) compare() error {
	found, err := m.read()
	if err != nil {
		return err
	}
	if !maps.Equal(found, m.shown) {
		return fmt.Errorf("the store shows %v, the model %v", found, m.shown)
	}
	for i := range 40 {
		k := fmt.Sprintf("k%02d", i)
		v, err := m.db.Get([]byte(k))
		want, there := m.shown[k]
		if there != (err == nil) || err != nil && !errors.Is(err, engine.ErrNotFound) || string(v) != want {
			return fmt.Errorf("get %s: %.20q, %w; the model has %.20q", k, v, err, want)
		}
	}
	return nil
}

func (m *modelled) read() (map[string]string, error) {
	it, err := m.db.NewIterator(engine.IterOptions{})
	if err != nil {
		return nil, err
	}
	found, forward := map[string]string{}, 0
	for ok := it.First(); ok; ok = it.Next() {
		found[string(it.Key())] = string(it.Value())
		forward++
	}
	for ok := it.Last(); ok; ok = it.Prev() {
		if v, there := found[string(it.Key())]; !there || v != string(it.Value()) {
			return nil, errors.Join(fmt.Errorf("backward: %q differs from the forward scan", it.Key()), it.Close())
		}
		forward--
	}
	if forward != 0 {
		return nil, errors.Join(fmt.Errorf("backward: %d keys fewer than forward", forward), it.Close())
	}
	return found, errors.Join(it.Error(), it.Close())
}

func forward(it *engine.Iterator) (map[string]string, error) {
	got := map[string]string{}
	for ok := it.First(); ok; ok = it.Next() {
		got[string(it.Key())] = string(it.Value())
	}
	return got, it.Error()
}

func backward(it *engine.Iterator) (map[string]string, error) {
	got := map[string]string{}
	for ok := it.Last(); ok; ok = it.Prev() {
		got[string(it.Key())] = string(it.Value())
	}
	return got, it.Error()
}

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

// TestEngineIsItsModel lets gopter look for a sequence of commits, flushes, compactions, crashes and reopenings after
// which the engine shows something else than a map does. Synced commits must survive every crash; unsynced ones may be
// lost, but only the last ones.
func TestEngineIsItsModel(t *testing.T) {
	parameters := gopter.DefaultTestParameters()
	parameters.Workers = 1 // with more, the seed does not tell the run
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

// machine makes stores and the steps to take with them. What a crash leaves is known only when it is seen, so the model
// lives beside the store and not in gopter's state.
var machine = &commands.ProtoCommands{
	NewSystemUnderTestFunc: func(commands.State) commands.SystemUnderTest {
		s := &modelled{fs: faultfs.New(faultfs.Options{}), shown: map[string]string{}, durable: map[string]string{}}
		s.broken = s.open()
		return s
	},
	DestroySystemUnderTestFunc: func(s commands.SystemUnderTest) {
		if db := s.(*modelled).db; db != nil {
			_ = db.Close() // whether it closes is not in question here
		}
	},
	InitialStateGen: gen.Const(0),
	GenCommandFunc: func(commands.State) gopter.Gen {
		return gen.UInt64().Map(func(draw uint64) commands.Command { return step{draw} })
	},
}

// step is one command; everything about it follows from what was drawn.
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

// Run takes the step and compares everything that the store shows with the model. After the first failure the store is
// left alone: what it does then says nothing.
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
	{"flush", 5, func(m *modelled, _ *rand.Rand) error { return m.db.Flush() }},
	{"compact", 3, func(m *modelled, _ *rand.Rand) error { return m.db.Compact() }},
	{"reopen", 4, func(m *modelled, _ *rand.Rand) error { return m.reopen() }},
	{"kill", 4, func(m *modelled, _ *rand.Rand) error { return m.kill() }},
	{"crash", 8, func(m *modelled, rng *rand.Rand) error { return m.crash(rng) }},
	{"crash in recovery", 4, (*modelled).crashInRecovery},
	{"checkpoint", 3, (*modelled).checkpoint},
	{"backup", 2, (*modelled).backup},
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

// modelled is a store with its model: what it shows, what must survive, and what came since, commit by commit.
type modelled struct {
	fs      *faultfs.FS
	db      *engine.DB
	shown   map[string]string
	durable map[string]string
	loose   []map[string]*string // unsynced commits; nil is a delete
	broken  error

	held      *engine.Snapshot // or nil
	heldShows map[string]string
}

func (m *modelled) open() (err error) {
	m.db, err = engine.Open("db", smallOptions(m.fs))
	return err
}

// smallOptions let a few writes fill memtables, levels and blob files, by both roads.
func smallOptions(fsys *faultfs.FS) engine.Options {
	o := lightning.Options(fsys, true)
	o.MemtableBytes, o.LevelBytesBase, o.TableBytes = 2<<10, 4<<10, 2<<10
	o.BlobValueBytes, o.LargeValueBytes, o.BlobFileBytes = 60, 110, 1<<10
	return o
}

// copied counts the blob files that checkpoints and restored backups had, by who refers to them.
var copied struct{ byTables, byLogs int }

// commit applies a batch of random writes, of which shares in per cent are deletes of ranges and of keys.
func (m *modelled) commit(rng *rand.Rand, writes, ranges, deletes int) error {
	b, change := &engine.Batch{}, map[string]*string{}
	for range writes {
		k := fmt.Sprintf("k%02d", rng.IntN(40))
		if rng.IntN(100) < ranges {
			end := fmt.Sprintf("k%02d", rng.IntN(41))
			b.DeleteRange([]byte(k), []byte(end))
			erase(change, k, end)
			continue
		}
		if rng.IntN(100) < deletes {
			b.Delete([]byte(k))
			change[k] = nil
			continue
		}
		v := fmt.Sprintf("%d/%0*d", rng.Uint64(), rng.IntN(120), 0)
		b.Put([]byte(k), []byte(v))
		change[k] = &v
	}
	d := []engine.Durability{engine.Sync, engine.NoSync, engine.Buffered}[rng.IntN(3)]
	m.learn(change, d)
	return m.db.Apply(b, d)
}

// erase notes that every key from start to before end is deleted.
func erase(change map[string]*string, start, end string) {
	for i := range 40 {
		if k := fmt.Sprintf("k%02d", i); start <= k && k < end {
			change[k] = nil
		}
	}
}

// rangeTransaction deletes a range, which hides some of its own writes, and writes into it again.
func (m *modelled) rangeTransaction(rng *rand.Rand) error {
	name := func() string { return fmt.Sprintf("k%02d", rng.IntN(40)) }
	t, err := m.db.Begin(engine.TxnOptions{Isolation: engine.Isolation(rng.IntN(2))})
	if err != nil {
		return err
	}
	change, shown := map[string]*string{}, maps.Clone(m.shown)
	wrote := false // a range may be empty, and a transaction that writes nothing makes nothing durable
	for range 1 + rng.IntN(8) {
		if k := name(); rng.IntN(3) == 0 {
			end := name()
			err = errors.Join(err, t.DeleteRange([]byte(k), []byte(end)))
			erase(change, k, end)
			wrote = wrote || k < end
		} else {
			v := fmt.Sprint(rng.Uint64())
			err = errors.Join(err, t.Put([]byte(k), []byte(v)))
			change[k] = &v
			wrote = true
		}
		apply(shown, change)
		it, iterErr := t.NewIterator(engine.IterOptions{})
		err = errors.Join(err, iterErr)
		if err != nil {
			return err
		}
		for _, read := range []func(*engine.Iterator) (map[string]string, error){forward, backward} {
			if got, err := read(it); err != nil || !maps.Equal(got, shown) {
				return fmt.Errorf("a transaction shows %v, want %v: %w", got, shown, err)
			}
		}
	}
	if wrote {
		m.learn(change, engine.Sync)
	}
	return t.Commit(engine.Sync)
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

// hold opens a snapshot, or reads and closes the one that is open.
func (m *modelled) hold() error {
	if m.held == nil {
		m.held, m.heldShows = m.db.NewSnapshot(), maps.Clone(m.shown)
		return nil
	}
	defer m.letGo()
	it, err := m.held.NewIterator(engine.IterOptions{})
	if err != nil {
		return err
	}
	got, err := backward(it)
	if err = errors.Join(err, it.Close()); err != nil || !maps.Equal(got, m.heldShows) {
		return fmt.Errorf("a snapshot shows %v, want %v: %w", got, m.heldShows, err)
	}
	return nil
}

func (m *modelled) letGo() {
	if m.held != nil {
		m.held.Close()
	}
	m.held = nil
}

// transaction moves the value of one key to another.
func (m *modelled) transaction(rng *rand.Rand) error {
	from, to := fmt.Sprintf("k%02d", rng.IntN(40)), fmt.Sprintf("k%02d", rng.IntN(40))
	t, err := m.db.Begin(engine.TxnOptions{Isolation: engine.Serializable})
	if err != nil {
		return err
	}
	v, err := t.Get([]byte(from))
	if errors.Is(err, engine.ErrNotFound) {
		return t.Rollback()
	}
	if err := errors.Join(err, t.Delete([]byte(from)), t.Put([]byte(to), v)); err != nil {
		return err
	}
	value, change := string(v), map[string]*string{from: nil}
	change[to] = &value
	m.learn(change, engine.Sync)
	return t.Commit(engine.Sync)
}

func (m *modelled) learn(change map[string]*string, d engine.Durability) {
	apply(m.shown, change)
	m.loose = append(m.loose, change)
	if d == engine.Sync {
		m.settle()
	}
}

func apply(to map[string]string, change map[string]*string) {
	for k, v := range change {
		if v == nil {
			delete(to, k)
		} else {
			to[k] = *v
		}
	}
}

// settle notes that everything shown is durable.
func (m *modelled) settle() { m.durable, m.loose = maps.Clone(m.shown), nil }

func (m *modelled) reopen() error {
	m.letGo()
	if err := m.db.Close(); err != nil {
		return err
	}
	m.settle()
	return m.open()
}

// kill ends the process without closing the store; only what was Buffered may be lost, as a suffix.
func (m *modelled) kill() error {
	return m.lose(faultfs.Model{Profile: faultfs.LoseNone()}, faultfs.ImageOptions{})
}

func (m *modelled) crash(rng *rand.Rand) error {
	return m.lose(faultfs.Model{}, faultfs.ImageOptions{Chooser: faultfs.Seeded(rng.Uint64())})
}

// crashInRecovery cuts the power again at a random operation of the recovery. What the second recovery finds need not be
// what the first one did, if that had not looked yet, but it must be something that the first could have found.
func (m *modelled) crashInRecovery(rng *rand.Rand) error {
	durable, loose := m.durable, m.loose
	if err := m.crash(rng); err != nil {
		return err
	}
	m.durable, m.loose = durable, loose
	again, err := m.fs.Crash(rng.Uint64N(m.fs.Now()+1), faultfs.Model{}, faultfs.ImageOptions{Chooser: faultfs.Seeded(rng.Uint64())})
	if err != nil {
		return err
	}
	return m.recover(again)
}

// checkpoint makes a checkpoint, and cuts the power on a copy of the disk: there the checkpoint shows what the store does.
func (m *modelled) checkpoint(rng *rand.Rand) error {
	dir := fmt.Sprintf("checkpoint-%d", rng.Uint64())
	if err := m.db.Checkpoint(dir); err != nil {
		return err
	}
	image, err := m.fs.Crash(m.fs.Now(), faultfs.Model{}, faultfs.ImageOptions{Chooser: faultfs.Seeded(rng.Uint64())})
	if err != nil {
		return err
	}
	return m.sameIn(image, dir)
}

// backup adds a backup to the repository, cuts the power on a copy of the disk and restores it there.
func (m *modelled) backup(rng *rand.Rand) error {
	if _, err := engine.Backup(m.db, "repository"); err != nil {
		return err
	}
	image, err := m.fs.Crash(m.fs.Now(), faultfs.Model{}, faultfs.ImageOptions{Chooser: faultfs.Seeded(rng.Uint64())})
	if err != nil {
		return err
	}
	if _, err := engine.Restore("repository", 0, "restored", engine.Options{FS: image}); err != nil {
		return err
	}
	return m.sameIn(image, "restored")
}

// sameIn opens a copy of the store and compares it with the model, then again when the copy has been rewritten.
func (m *modelled) sameIn(image *faultfs.FS, dir string) error {
	o := smallOptions(image)
	o.ErrorIfMissing = true
	db, err := engine.Open(dir, o)
	if err != nil {
		return err
	}
	blobs, err := db.BlobFiles()
	for _, f := range blobs {
		if f.LiveBytes > 0 {
			copied.byTables++
		}
		if f.Logs {
			copied.byLogs++
		}
	}
	for _, change := range []func() error{db.Verify, db.Compact, db.Verify} {
		if err != nil {
			break
		}
		if err = change(); err != nil {
			break
		}
		var found map[string]string
		if found, err = (&modelled{db: db}).read(); err == nil && !maps.Equal(found, m.shown) {
			err = fmt.Errorf("%s shows %v, the store %v", dir, found, m.shown)
		}
	}
	return errors.Join(err, db.Close())
}

func (m *modelled) lose(model faultfs.Model, o faultfs.ImageOptions) error {
	image, err := m.fs.Crash(m.fs.Now(), model, o)
	if err != nil {
		return err
	}
	return m.recover(image)
}

// recover opens what a crash left. It must be what was durable with the first few of the loose commits.
func (m *modelled) recover(image *faultfs.FS) error {
	m.letGo()
	_ = m.db.Close() // the old machine is gone; what it does to its disk is lost
	m.fs = image
	if err := m.open(); err != nil {
		return fmt.Errorf("after a crash: %w", err)
	}
	found, err := m.read()
	if err != nil {
		return err
	}
	candidate := maps.Clone(m.durable)
	for i := 0; ; i++ {
		if maps.Equal(candidate, found) {
			m.shown = found
			m.settle()
			return nil
		}
		if i == len(m.loose) {
			return fmt.Errorf("after a crash the store shows %v; durable are %v and %d commits", found, m.durable, len(m.loose))
		}
		apply(candidate, m.loose[i])
	}
}

// compare reads everything, forward, backward and key by key.
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
			return nil, errors.Join(fmt.Errorf("backward: %q is not what it was forward", it.Key()), it.Close())
		}
		forward--
	}
	if forward != 0 {
		return nil, errors.Join(fmt.Errorf("backward: %d keys fewer than forward", forward), it.Close())
	}
	return found, errors.Join(it.Error(), it.Close())
}

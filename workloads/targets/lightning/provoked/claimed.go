package provoked

import (
	"errors"
	"maps"
	"runtime"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// claimedBytes is the length of a value. A commit of this length fills whole sectors of the log, which a power cut can
// keep or lose apart from the commits around it.
const claimedBytes = 1500

// claimed holds up the return of a sync of a log, which the disk has carried out. It makes a commit meanwhile, and
// another one once the sync has returned. The sync covers neither. Whatever a power cut leaves of the two, the store
// must open and show the commits up to some point.
func claimed() error {
	disk := newDisk()
	h := holding(disk, "*.log")
	h.late = true
	o := options(h, false)
	o.MemtableBytes, o.BlobValueBytes = 1<<20, -1
	db, err := engine.Open(storeDir, o)
	if err != nil {
		return err
	}
	var states []map[string]string // after each commit
	pairs := map[string]string{}
	commit := func(d engine.Durability) <-chan error {
		k, v := key(len(states)), make([]byte, claimedBytes)
		pairs[string(k)] = string(v)
		states = append(states, maps.Clone(pairs))
		return start(func() error { return db.Put(k, v, d) })
	}
	err = <-commit(engine.Sync)
	h.armed.Store(true)
	first := commit(engine.Sync)
	if !eventually(h.holds.Load) {
		return errors.Join(err, hangs())
	}
	before := disk.Now()
	second := commit(engine.NoSync)
	if !eventually(func() bool { return disk.Now() > before }) {
		err = errors.Join(err, wrong("a commit is not handed to the operating system during a sync"))
	}
	close(h.goOn)
	if !eventually(returned(first)) || !eventually(returned(second)) {
		return hangs()
	}
	err = errors.Join(err, <-first, <-second, <-commit(engine.NoSync))
	tick := disk.Now()
	if err = closing(db, err); err != nil {
		return err
	}
	cut := torture.PowerCut{
		Disk: disk, Model: faultfs.Model{Profile: faultfs.PosixMin()}, Tick: tick, Since: before,
		Holds: func(left *faultfs.FS, _ uint64) error { return opens(left, states[1:]) },
	}
	return cut.CheckAll()
}

// handed commits while a write of the log is held up. Each commit, of every client, must have been handed to the operating
// system when it returns, so a kill leaves it.
func handed() error {
	disk := newDisk()
	h := holding(disk, "*.log")
	h.writes = true
	db, err := engine.Open(storeDir, options(h, true))
	if err != nil {
		return err
	}
	err = db.Put(key(0), nil, engine.Sync)
	pairs := map[string]string{string(key(0)): ""}
	h.armed.Store(true)
	var answers []<-chan error
	for i := 1; i <= 2; i++ {
		pairs[string(key(i))] = string(value(i))
		answers = append(answers, start(func() error { return db.Put(key(i), value(i), engine.NoSync) }))
		if !eventually(func() bool { return h.holds.Load() && db.Metrics().Commits == int64(i+1) }) {
			close(h.goOn)
			return hangs()
		}
	}
	for range meanwhile {
		runtime.Gosched()
	}
	close(h.goOn)
	for _, answer := range answers {
		if !eventually(returned(answer)) {
			return hangs()
		}
		err = errors.Join(err, <-answer)
	}
	kill := cutSurvived(disk, faultfs.LoseNone(), pairs)
	if err = closing(db, err); err != nil {
		return err
	}
	return kill.Check()
}

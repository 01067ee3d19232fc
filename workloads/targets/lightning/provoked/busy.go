package provoked

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"syscall"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
)

const (
	busyClients = 8
	busyCommits = 200 // of each client
	busyKills   = 50  // commits of a client between two checks of what a kill would leave
	busyYields  = 300 // before and after each call
)

// busy lets clients commit with Sync and with NoSync on a disk whose calls take so long that other clients run meanwhile,
// with zeros written behind the end of the log. What is acknowledged must be there, now and after a kill.
func busy() error {
	disk := faultfs.New(faultfs.Options{Yield: others})
	o := options(disk, false)
	o.MemtableBytes, o.LogAheadBytes, o.Limits.LogAheadFrom, o.Limits.LogGatherBytes = 1<<20, 512, 1, 1
	db, err := engine.Open(storeDir, o)
	if err != nil {
		return err
	}
	var answers []<-chan error
	pairs := map[string]string{}
	for c := range busyClients {
		first := c * busyCommits
		for i := range busyCommits {
			pairs[string(key(first+i))] = string(value(0))
		}
		answers = append(answers, start(func() (err error) {
			for i := first; i < first+busyCommits && err == nil; i++ {
				if err = db.Put(key(i), value(0), engine.Durability(c%2)); err == nil && i%busyKills == 0 {
					err = survives(atRest(disk), map[string]string{string(key(i)): string(value(0))})
				}
			}
			return err
		}))
	}
	for _, answer := range answers {
		err = errors.Join(err, <-answer)
	}
	killed := atRest(disk)
	if err == nil {
		err = shows(db, pairs)
	}
	if err = errors.Join(err, db.Close()); err == nil {
		err = holds(killed, storeDir, pairs)
	}
	return errors.Join(err, allClosed(disk))
}

// indexed lets clients fill one memtable without ever waiting for the disk, so that some add entries while another one
// builds the memtable's index. Every key must be there afterwards.
func indexed() error {
	for range indexedStores {
		if err := fillIndexed(); err != nil {
			return err
		}
	}
	return nil
}

const indexedStores = 6

func fillIndexed() error {
	const clients, commits = 4, 10_000
	o := options(faultfs.New(faultfs.Options{}), false)
	o.MemtableBytes, o.Limits.IndexEntries = 8<<20, clients*commits/2 // so building an index takes long
	db, err := engine.Open(storeDir, o)
	if err != nil {
		return err
	}
	each := func(client int, do func(k []byte) error) (err error) {
		for i := 0; i < commits && err == nil; i++ {
			err = do(fmt.Appendf(nil, "%05d of %d", i, client))
		}
		return err
	}
	var answers []<-chan error
	for c := range clients {
		answers = append(answers, start(func() error {
			return each(c, func(k []byte) error { return db.Put(k, k, engine.Buffered) })
		}))
	}
	for _, answer := range answers {
		err = errors.Join(err, <-answer)
	}
	for c := 0; c < clients && err == nil; c++ {
		err = each(c, func(k []byte) error {
			if got, err := db.Get(k); err != nil || !bytes.Equal(got, k) {
				return wrong("Get of %q returns %q after it was committed (%w)", k, got, orNone(err))
			}
			return nil
		})
	}
	return errors.Join(err, db.Close())
}

// crowded lets clients read a store whose disk is busy and which may keep only one file open. First all tables and blob files
// fail to open, then some do, then none. Every read must return, and show what was committed unless it fails.
func crowded() error {
	disk, pairs := faultfs.New(faultfs.Options{Yield: others}), map[string]string{}
	o := options(disk, false)
	o.MaxOpenFiles, o.CacheBytes = 1, -1
	db, err := engine.Open(storeDir, o)
	if err != nil {
		return err
	}
	for i := range 60 {
		pairs[string(key(i))] = string(value(i))
		err = errors.Join(err, db.Put(key(i), value(i), engine.NoSync))
	}
	if err = errors.Join(err, db.Compact()); err != nil {
		return closing(db, err)
	}
	for _, every := range []uint64{1, 3, 0} {
		if every > 0 {
			disk.SetRules(
				&faultfs.Rule{Effect: faultfs.EIO, Op: faultfs.OpOpen, Glob: "*.sst", Every: every},
				&faultfs.Rule{Effect: faultfs.EIO, Op: faultfs.OpOpen, Glob: "*.blob", Every: every},
			)
		}
		if err := crowdedReads(db, pairs, every > 0); err != nil {
			return closing(db, fmt.Errorf("one in %d files cannot be opened: %w", every, err))
		}
		disk.SetRules()
	}
	return errors.Join(db.Close(), allClosed(disk))
}

// crowdedReads lets several clients read all pairs.
func crowdedReads(db *engine.DB, pairs map[string]string, fails bool) error {
	var answers []<-chan error
	for range busyClients {
		answers = append(answers, start(func() error {
			for k, want := range pairs {
				got, err := db.Get([]byte(k))
				if err != nil && !(fails && errors.Is(err, syscall.EIO)) || err == nil && string(got) != want {
					return wrong("Get of %q returns %d bytes that are not those written (%w)", k, len(got), orNone(err))
				}
			}
			return nil
		}))
	}
	var all error
	for _, answer := range answers {
		if !eventually(returned(answer)) {
			return hangs()
		}
		all = errors.Join(all, <-answer)
	}
	return all
}

// others lets other goroutines run. It is what a busy disk does before and after each call.
func others() {
	for range busyYields {
		runtime.Gosched()
	}
}

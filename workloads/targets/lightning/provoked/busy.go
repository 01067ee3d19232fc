package provoked

import (
	"errors"
	"runtime"

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

// others lets other goroutines run. It is what a busy disk does before and after each call.
func others() {
	for range busyYields {
		runtime.Gosched()
	}
}

package audit

import (
	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

// barrier asks a store to make durable what it has only found: a session writes without syncing and cannot be closed, because syncs
// fail. The next one finds what was written, in what the operating system still has of the files. If it shows that and is synced,
// a power cut takes nothing of it away.
func (a *Auditor) barrier(im *Image) *checker.Violation {
	if !a.target.Promises.SyncCoversFound || a.target.IsLog() || !a.fails(im, failsBarrier) {
		return nil
	}
	disk, env := im.fresh(), a.env(nil, record.StoreDir)
	env.FS = disk
	key := []byte("audit-barrier")
	store, err := a.target.OpenStore(env)
	if err != nil {
		return nil // the search judges that
	}
	err = store.Apply([]history.Write{{Key: key, Value: []byte("found")}}, history.NoSync)
	disk.SetRules(&faultfs.Rule{Effect: faultfs.EIO, Op: faultfs.OpSync})
	_ = store.Close() // it may say that nothing is durable
	disk.SetRules()
	if err != nil {
		return nil
	}
	if store, err = a.target.OpenStore(env); err != nil {
		return nil // it may want to know nothing of files that could not be synced
	}
	_, found, err := store.Get(key)
	syncer, ok := workloads.Offers[workloads.Syncer](store)
	if err != nil || !found || !ok || syncer.Sync() != nil {
		_ = store.Close()
		return nil
	}
	cut, err := disk.Crash(disk.Now(), faultfs.Model{Profile: faultfs.LoseAll()}, faultfs.ImageOptions{})
	_ = store.Close() // the power is gone
	if err != nil {
		return nil
	}
	env.FS = cut
	if store, err = a.target.OpenStore(env); err != nil {
		return violation("sync without effect", "a store finds what a session has written that could not sync it, and is synced; after a power cut it does not open: %v", err)
	}
	_, found, err = store.Get(key)
	_ = store.Close()
	if err != nil || !found {
		return violation("sync without effect", "a store finds what a session has written that could not sync it, and is synced; a power cut takes it away (%v)", err)
	}
	return nil
}

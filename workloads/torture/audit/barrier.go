package audit

import (
	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

// barrier audits whether a sync covers data that the session found and did not write. A first session writes without a sync,
// and its close fails because all syncs do. The next session finds the write, which exists in the page cache only. If it
// shows the write and is then synced, a power cut must not take the write away. Syncing the old file is not enough: after a
// failed fsync the kernel marks the pages clean, so the next fsync succeeds without writing them.
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
	_ = store.Close() // it may return an error, because nothing is durable
	disk.SetRules()
	if err != nil {
		return nil
	}
	if store, err = a.target.OpenStore(env); err != nil {
		return nil // it may refuse files that could not be synced
	}
	_, found, err := store.Get(key)
	syncer, ok := workloads.Offers[workloads.Syncer](store)
	if err != nil || !found || !ok || im.call(disk, "a sync without writes", syncer.Sync) != nil {
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
		return violation("sync without effect", "all syncs of one session failed; the next session found what it had written and was synced, but after a power cut the store does not open: %v", err)
	}
	_, found, err = store.Get(key)
	_ = store.Close()
	const lost = "all syncs of one session failed; the next session found what it had written and was synced, but "
	switch {
	case err != nil:
		return violation("sync without effect", lost+"after a power cut it cannot be read: %v", err)
	case !found:
		return violation("sync without effect", lost+"a power cut took it away")
	}
	return nil
}

package audit

import (
	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

// barrier audits whether a sync covers data that the session found and did not write. A first session writes without a
// sync, and its close fails because all syncs do. The next session finds the write, which exists in the page cache
// only. If that session shows the write and then syncs, a power cut must not take the write away. Syncing the old file
// is not enough: after a failed fsync the kernel marks the pages clean, so the next fsync succeeds without writing
// them.
func (a *Auditor) barrier(im *Image) *checker.Violation {
	if !a.target.Promises.SyncCoversFound || a.target.IsLog() || !a.fails(im, failsBarrier) {
		return nil
	}
	key := []byte("audit-barrier")
	disk, store := a.unsynced(im, key)
	if store == nil {
		return nil
	}
	syncer, ok := workloads.Offers[workloads.Syncer](store)
	if !ok || im.call(disk, "a sync without writes", syncer.Sync) != nil {
		_ = store.Close()
		return nil
	}
	cut, err := disk.Crash(disk.Now(), faultfs.Model{Profile: faultfs.LoseAll()}, faultfs.ImageOptions{})
	_ = store.Close() // the power is gone
	if err != nil {
		return nil
	}
	im.instead(func() Call { return a.committed(im, key) })
	env := a.env(cut, record.StoreDir)
	if store, err = a.target.OpenStore(env); err != nil {
		return violation("sync without effect", "all syncs of one session failed; the next session found what it had written and was synced, but after a power cut the store does not open: %v", err)
	}
	_, found, err := store.Get(key)
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

// unsynced returns a store that shows a write which exists in the page cache only, because all syncs of the session
// that made it failed. It returns nil if the engine cannot be brought into that state.
func (a *Auditor) unsynced(im *Image, key []byte) (*faultfs.FS, workloads.Store) {
	disk, env := im.fresh(), a.env(nil, record.StoreDir)
	env.FS = disk
	store, err := a.target.OpenStore(env)
	if err != nil {
		return nil, nil // the search judges that
	}
	err = store.Apply([]history.Write{{Key: key, Value: []byte("found")}}, history.NoSync)
	disk.SetRules(&faultfs.Rule{Effect: faultfs.EIO, Op: faultfs.OpSync})
	_ = store.Close() // it may return an error, because nothing is durable
	disk.SetRules()
	if err != nil {
		return nil, nil
	}
	if store, err = a.target.OpenStore(env); err != nil {
		return nil, nil // it may refuse files that could not be synced
	}
	if _, found, err := store.Get(key); err != nil || !found {
		_ = store.Close()
		return nil, nil
	}
	return disk, store
}

// committed makes a commit with Sync in place of the sync without writes.
func (a *Auditor) committed(im *Image, key []byte) Call {
	disk, store := a.unsynced(im, key)
	if store == nil {
		return Call{}
	}
	call := Call{What: "a commit with sync", Disk: disk, Began: disk.Now()}
	err := store.Apply([]history.Write{{Key: key, Value: []byte("written")}}, history.Sync)
	call.Ended = disk.Now()
	_ = store.Close()
	if err != nil {
		return Call{}
	}
	return call
}

package engine

// Settle returns when no maintenance runs or is due, or the store is poisoned.
func (db *DB) Settle() {
	db.mu.Lock()
	defer db.mu.Unlock()
	for db.dir.Poisoned() == nil && (len(db.mu.frozen) > 0 || len(db.mu.running) > 0 || db.pick() != nil) {
		db.changed.Wait()
	}
}

// Package wait has a test that never ends if a sync is missing.
package wait

// Disk counts syncs.
type Disk struct{ Syncs int }

// Sync counts.
func (d *Disk) Sync() error {
	d.Syncs++
	return nil
}

// Write syncs.
func Write(d *Disk) error { return d.Sync() }

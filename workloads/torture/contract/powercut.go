package contract

import (
	"github.com/lightningdb/lightning-torture/faultfs"
)

// PowerCut is a power cut of a standing check, on a disk of the check's own. A check that judges such disks through a PowerCut
// can be explained: its error tells the lab what the crash had lost, and lets it judge disks that have lost something else.
type PowerCut struct {
	Disk  *faultfs.FS // what was done until the power was cut; its operations should have their callers
	Model faultfs.Model
	Tick  uint64 // of the power cut
	// Since is the first tick at which a power cut must leave disks that Holds accepts. If what Holds demands was
	// promised only just before the power cut, Since equals Tick.
	Since uint64
	// Earlier is the trace up to the previous power cut, if Disk is itself what a power cut has left.
	Earlier []faultfs.Op
	// Holds returns what is wrong with a disk that a power cut at a tick may leave. It may change the disk, and must do
	// the same with disks that read the same.
	Holds func(left *faultfs.FS, tick uint64) error
}

// Point returns the crash point at a tick.
func (c *PowerCut) Point(tick uint64) *faultfs.CrashPoint {
	return faultfs.NewTimeline(c.Disk, c.Model, 0).Advance(tick)
}

// Check judges the disk that is left if the model leaves no choice, and otherwise one of those that may be left.
func (c *PowerCut) Check() error { return c.check(c.Point(c.Tick).Image(faultfs.ImageOptions{})) }

// CheckAll judges every disk that may be left. It is for few pending operations.
func (c *PowerCut) CheckAll() error {
	_, err := faultfs.Explore(c.Point(c.Tick), faultfs.ImageOptions{Callers: true}, c.check)
	return err
}

func (c *PowerCut) check(left *faultfs.FS) error {
	err := c.Holds(left, c.Tick)
	if err == nil {
		return nil
	}
	cut := &AfterPowerCut{PowerCut: *c, Err: err}
	for _, p := range left.Lost() {
		cut.Lost = append(cut.Lost, p.ID)
	}
	return cut
}

// AfterPowerCut is the error of a PowerCut.
type AfterPowerCut struct {
	PowerCut
	Err  error    // from Holds
	Lost []uint64 // the IDs of the pending operations that the disk had lost
}

// Error returns the text of Err.
func (a *AfterPowerCut) Error() string { return a.Err.Error() }

// Unwrap returns Err.
func (a *AfterPowerCut) Unwrap() error { return a.Err }

package judge

import (
	"path"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// rotBlock is the size of a stale or misplaced block.
const rotBlock = 4096

// isLog reports whether a file may lose its tail to a rotten bit.
func (j *Judges) isLog(name string) bool { return matches(j.target.LogGlobs, name) }

// mayLoseItsEnd reports whether a file may lose an end that was cut off.
func (j *Judges) mayLoseItsEnd(name string) bool {
	return j.isLog(name) || matches(j.target.AppendGlobs, name)
}

func matches(globs []string, name string) bool {
	for _, glob := range globs {
		if ok, err := path.Match(glob, path.Base(name)); ok && err == nil {
			return true
		}
	}
	return false
}

// beforeDamage returns the latest tick at which a commit that precedes the damage in its log can have been
// acknowledged: the tick before the first write to the damaged bytes.
func (j *Judges) beforeDamage(c Crash) history.Tick {
	var file faultfs.Ino
	trace := j.recording.Trace
	for i := range trace {
		op := &trace[i]
		if op.Tick > c.Tick {
			break
		}
		if op.Path == c.Damage.Path || op.To == c.Damage.Path {
			file = op.Ino
		}
	}
	from, to := c.Damage.Off, c.Damage.Off+rotBlock
	if c.Damage.Effect == faultfs.BitFlip {
		to = from + 1
	}
	for i := range trace {
		op := &trace[i]
		if op.Kind == faultfs.OpWrite && op.Ino == file && op.Off < to && op.Off+int64(len(op.Data)) > from {
			return history.Tick(op.Tick) - 1
		}
	}
	return 0
}

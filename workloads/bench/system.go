package bench

import (
	"io/fs"
	"path/filepath"
	"runtime"
	"time"
)

// moment holds what the machine had done by some time.
type moment struct {
	at   time.Time
	busy float64 // CPU seconds of all processes; 0 if unknown
	own  float64 // CPU seconds of this process; 0 if unknown
}

func now() moment { return moment{time.Now(), busySeconds(), ownSeconds()} }

// tooShort is a duration too short for the system's count of busy CPU time, which has a resolution of 10 ms.
const tooShort = 90 * time.Millisecond

// until returns the CPU seconds of this process from m to later, and the share of the machine that all other processes
// used.
func (m moment) until(later moment) (own, others float64) {
	own = later.own - m.own
	took := later.at.Sub(m.at)
	if m.busy == 0 || took < tooShort {
		return own, 0
	}
	return own, min(1, max(0, later.busy-m.busy-own)/(took.Seconds()*float64(runtime.NumCPU())))
}

// waitForOthers waits until other processes leave the CPUs alone, for at most limit.
func waitForOthers(limit time.Duration) {
	const pause, busy = 100 * time.Millisecond, 0.1
	for end := time.Now().Add(limit); time.Now().Before(end); {
		before := now()
		time.Sleep(pause)
		if _, others := before.until(now()); others < busy {
			return
		}
	}
}

// settle waits, for at most limit, until this process is idle, which means that its flushes and compactions are done.
func settle(limit time.Duration) {
	const pause, rest, calm = 25 * time.Millisecond, 0.1, 4
	for end, still := time.Now().Add(limit), 0; still < calm && time.Now().Before(end); still++ {
		before := now()
		time.Sleep(pause)
		after := now()
		if own, _ := before.until(after); own > rest*after.at.Sub(before.at).Seconds() {
			still = -1
		}
	}
}

// diskBytes returns the space that the files below dir occupy.
func diskBytes(dir string) (total int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			total += allocated(info)
		}
		return err
	})
	return total, err
}

package exec

import (
	"fmt"
	"io"
	"time"

	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/torture/wording"
)

// progressEvery is the interval between two lines of progress.
const progressEvery = 5 * time.Second

// progressLine reports the progress of a search on standard error, one line now and then. Its methods are called by
// one goroutine at a time.
type progressLine struct {
	w     io.Writer
	began time.Time
	told  time.Duration
}

func (p *progressLine) show(t program.Tally) {
	now := time.Since(p.began)
	if now-p.told < progressEvery {
		return
	}
	p.told = now
	fmt.Fprintf(p.w, "exec: elapsed %v, crash points %s, images %s, wrong %s\n",
		now.Round(time.Second), wording.Grouped(t.Points), wording.Grouped(t.Images), wording.Grouped(t.Failed))
}

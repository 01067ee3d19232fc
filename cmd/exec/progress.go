package exec

import (
	"fmt"
	"io"
	"time"

	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/torture/wording"
)

// progressEvery is how often a search tells how far it is.
const progressEvery = 5 * time.Second

// progressLine tells on standard error how far a search is, a line now and then. Its calls come one at a time.
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

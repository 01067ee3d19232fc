package soak

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/workloads/soak/campaign"
	"github.com/lightningdb/lightning-torture/workloads/soak/flatness"
	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// Read returns the status of the soak in a directory, which may be running. Errors: campaign.ErrSpec, ledger.ErrDamaged,
// torture.ErrHost.
func Read(dir string, now time.Time) (Status, error) {
	dir = filepath.Clean(dir)
	r := &reading{}
	spec, known, err := r.read(dir)
	if err != nil {
		return Status{}, err
	}
	st := statusOf(&r.book)
	st.Campaign, st.Engine, st.Dir, st.Known, st.Now, st.Running = spec.Name(), spec.Engine, dir, known, now, campaign.Locked(dir)
	r.conclude(&st)
	return st, nil
}

// Merge returns the combined status of several shards of one campaign. Figures are those of the last shard, and trends
// those of the shard in which they are worst. Errors: those of Read, and torture.ErrConfig if the directories are not
// distinct shards of one campaign.
func Merge(dirs []string, now time.Time) (Status, error) {
	r := &reading{}
	st := Status{}
	seen, missing := map[ledger.Shard]string{}, map[string]string{}
	of := 0 // the number of shards
	for i, dir := range dirs {
		dir = filepath.Clean(dir)
		r.below = dir
		spec, known, err := r.read(dir)
		if err != nil {
			return st, err
		}
		shard := r.book.Started.Shard
		if other, twice := seen[shard]; twice {
			return st, fmt.Errorf("%w: %s and %s are the same shard, %d/%d; give each shard once", torture.ErrConfig, other, dir, shard.Index, shard.Of)
		}
		seen[shard] = dir
		n := max(shard.Of, 1)
		if i > 0 && n != of {
			return st, fmt.Errorf("%w: %s is one of %d shards, and %s one of %d, so they may have done the same cells; give the shards of one division",
				torture.ErrConfig, filepath.Clean(dirs[0]), of, dir, n)
		}
		of = n
		st.Slopes = worse(st.Slopes, r.trends.slopes())
		maps.Copy(missing, r.missing)
		if i == 0 {
			st.Campaign, st.Engine, st.Known = spec.Name(), spec.Engine, known
		}
	}
	one := statusOf(&r.book)
	one.Campaign, one.Engine, one.Known, one.Now, one.Shard = st.Campaign, st.Engine, st.Known, now, ledger.Shard{}
	one.Dir, one.merged = strings.Join(dirs, " "), true
	one.Began, one.Figures, one.Slopes = r.began, r.figures, st.Slopes
	one.judge(missing)
	return one, nil
}

// worse returns, for each figure, the worse of the trends in two shards: not flat is worst, then not measurable. So a
// figure that grows in one shard is not flat in the whole.
func worse(a, b []Slope) []Slope {
	rank := func(s *Slope) int {
		switch {
		case !s.Flat:
			return 2
		case !s.Measurable:
			return 1
		}
		return 0
	}
	all := slices.Clone(a)
	for i := range b {
		at := slices.IndexFunc(all, func(s Slope) bool { return s.Figure == b[i].Figure })
		switch {
		case at < 0:
			all = append(all, b[i])
		case rank(&b[i]) > rank(&all[at]):
			all[at] = b[i]
		}
	}
	return all
}

// reading adds up one or more ledgers.
type reading struct {
	book    ledger.Book
	trends  trends
	figures map[string]float64
	missing map[string]string
	began   time.Time
	below   string // the directory of the shard, if there are several
}

func (r *reading) read(dir string) (*campaign.Spec, ledger.Known, error) {
	disk := afero.NewOsFs()
	spec, err := campaign.Load(disk, dir)
	if err != nil {
		return nil, nil, host(err)
	}
	known, err := ledger.ReadKnown(disk, filepath.Join(dir, knownFile))
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", torture.ErrConfig, err)
	}
	_, err = campaign.Read(disk, dir, r.add)
	if err != nil {
		return nil, nil, host(err)
	}
	return spec, known, nil
}

func (r *reading) add(e *ledger.Event) error {
	switch {
	case e.Start != nil:
		r.trends, r.began, r.figures, r.missing = trends{}, e.Time, nil, nil
	case e.Sample != nil:
		r.figures, r.missing = e.Sample.Figures, e.Sample.Missing
		if _, has := r.figures[stretchFigure]; !has && r.book.Life.Stretches > 0 { // a sample of an earlier version
			r.figures[stretchFigure] = float64(r.book.Life.Stretches)
		}
		r.trends.add(e.Time.Sub(r.began).Hours(), e.Sample.Figures)
	case e.Cell != nil && !r.book.Started.Fleet: // workers of a fleet are on machines of different speed
		r.trends.cell(e.Time.Sub(r.began).Hours(), e.Cell)
	}
	for _, f := range e.Sightings() {
		if f.File != "" {
			f.File = filepath.Join(r.below, f.File)
		}
	}
	return r.book.Add(e)
}

// conclude completes a status.
func (r *reading) conclude(s *Status) {
	s.Began, s.Figures, s.Slopes = r.began, r.figures, r.trends.slopes()
	s.judge(r.missing)
}

// add adds a sample to the series. Figures that are measured once a stretch are added once a stretch: repeated, a single value would
// count as evidence of a trend.
func (t trends) add(hours float64, figures map[string]float64) {
	stretch, has := figures[stretchFigure]
	repeated := has && t.of(stretchFigure).Ends(stretch)
	for name, value := range figures {
		if name != cellThroughput && !(repeated && onceAStretch(name)) {
			t.of(name).Add(hours, value)
		}
	}
}

// stretchFigure is the number of the stretch of the long-lived store that its figures are from.
const stretchFigure = lifeProcess + ".stretch"

// onceAStretch reports whether a figure is measured at the end of each stretch of the long-lived store.
func onceAStretch(name string) bool {
	switch name {
	case lifeProcess + ".files", lifeProcess + ".disk_bytes", lifeProcess + ".amplification":
		return true
	}
	return strings.HasPrefix(name, enginePrefix)
}

// cell adds the throughput of a cell. A workload and a fault are the same kind of work in every lap.
func (t trends) cell(hours float64, c *ledger.Cell) {
	if rate, has := c.ImagesPerCPU(); has {
		t.of(cellThroughput).AddOf(c.Workload+" × "+c.Fault, hours, rate)
	}
}

// of returns the series of a figure.
func (t trends) of(name string) *flatness.Series {
	if t[name] == nil {
		t[name] = &flatness.Series{}
	}
	return t[name]
}

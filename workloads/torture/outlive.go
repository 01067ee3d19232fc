package torture

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/lightningdb/lightning-torture/workloads/torture/apart"
	"github.com/lightningdb/lightning-torture/workloads/torture/evidence"
)

// Outlive runs a Check in one process after another until one of them finishes; each continues where the previous one
// died. work starts a process, whose Options must name the same Journal, and returns how it died, or nil if it did not.
// again is passed on to AfterDeath. If died is true, the last process died and no other can continue, as in the
// scenario small or once ctx is done; last is then the finding of that death, as AfterDeath returns it.
func Outlive(
	ctx context.Context, targets []Target, opts Options, work func() (*apart.Death, error),
	again func(ctx context.Context, token string) *apart.Death,
) (died bool, last *Finding, err error) {
	for {
		d, err := work()
		if err != nil || d == nil {
			return false, nil, err
		}
		j := journal{}
		found, err := readJournal(opts.Journal, &j)
		if err != nil {
			return false, nil, err
		}
		if last = j.counted(targets, d); last == nil {
			if last, err = AfterDeath(ctx, targets, opts, d, again); err != nil {
				return false, nil, err
			}
		}
		if !found || ctx.Err() != nil || len(j.Deaths) > maxDeaths || len(d.Tokens) == 0 {
			return true, last, nil //nolint:nilerr // an interrupted run is not an error
		}
		if err := j.bury(targets, d, last, opts.Journal); err != nil {
			return false, nil, err
		}
	}
}

// counted looks for the finding of a death in the journal. If it is there, counted counts it once more and returns it;
// otherwise it returns nil.
func (j *journal) counted(targets []Target, d *apart.Death) *Finding {
	if len(d.Tokens) == 0 || innocent(d) != nil || stopsAsPromised(targets, d.Tokens[0]) {
		return nil
	}
	f, err := evidence.DiedOf(targets, d.Tokens[0], d)
	if err != nil {
		return nil
	}
	i := slices.IndexFunc(j.Findings, func(w written) bool { return w.Finding.ID == f.ID })
	if i < 0 {
		return nil
	}
	known := &j.Findings[i].Finding
	known.Count++
	if !known.ShowsIn(f.Workload, f.Fault) {
		known.AlsoIn = append(known.AlsoIn, evidence.CellName(f.Workload, f.Fault))
	}
	return known
}

// bury records a death and its finding in the journal, so that the run in progress is not repeated.
func (j *journal) bury(targets []Target, d *apart.Death, f *Finding, file string) error {
	target, s, _, err := evidence.DecodeToken(d.Tokens[0], targets)
	if err != nil {
		return err
	}
	of := death{Token: evidence.Token(target.Name, s, evidence.Place{})}
	if f != nil {
		of.Found = f.ID
		if !slices.ContainsFunc(j.Findings, func(w written) bool { return w.Finding.ID == f.ID }) {
			j.Findings = append(j.Findings, written{Finding: *f})
			for _, cell := range j.Cells {
				if cell.name() == evidence.CellName(f.Workload, f.Fault) {
					cell.Result.Findings++
				}
			}
		}
	}
	j.Deaths = append(j.Deaths, of)
	text, err := json.Marshal(j)
	if err != nil {
		return err
	}
	return replaceJournal(file, text)
}

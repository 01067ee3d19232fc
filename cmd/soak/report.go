package soak

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
	"github.com/lightningdb/lightning-torture/reports/soaks"
	"github.com/lightningdb/lightning-torture/workloads/hostdisk"
	"github.com/lightningdb/lightning-torture/workloads/soak"
	"github.com/lightningdb/lightning-torture/workloads/soak/campaign"
	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
)

// reportFile is the page that a soak leaves in its directory when it ends.
const reportFile = "report.html"

// saveReport writes the page of a soak, or of several shards as one, with the trends from their ledgers.
func saveReport(file string, s *soak.Status, dirs []string, binary string) error {
	trends, err := trendsOf(dirs)
	if err != nil {
		return coded(err)
	}
	return saveFile(file, func(w io.Writer) error { return soaks.HTML(w, &soaks.Soak{Status: *s, Trends: trends, Binary: binary}) })
}

// saveJSON writes the status of a soak for scripts.
func saveJSON(file string, s *soak.Status) error {
	return saveFile(file, func(w io.Writer) error { return encode(w, s) })
}

func encode(w io.Writer, s *soak.Status) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(s.Document())
}

// saveFile writes a file completely or not at all.
func saveFile(file string, write func(io.Writer) error) error {
	if err := hostdisk.WriteFile(file, 0o644, write); err != nil {
		return exit.With(exit.HostFault, fmt.Errorf("report %s: %w", file, err))
	}
	return nil
}

// trendsOf returns the figures over time. For several shards these are only the figures that they count together,
// since measurements of one process say nothing about another.
func trendsOf(dirs []string) (t soaks.Trends, err error) {
	if len(dirs) == 1 {
		_, err = campaign.Read(afero.NewOsFs(), dirs[0], func(e *ledger.Event) error {
			t.Add(e)
			return nil
		})
		return t, err
	}
	var counted []*ledger.Event
	for _, dir := range dirs {
		_, err := campaign.Read(afero.NewOsFs(), dir, func(e *ledger.Event) error {
			if e.Cell != nil {
				counted = append(counted, e)
			}
			return nil
		})
		if err != nil {
			return t, err
		}
	}
	slices.SortStableFunc(counted, func(a, b *ledger.Event) int { return a.Time.Compare(b.Time) })
	for _, e := range counted {
		t.Add(e)
	}
	return t, nil
}

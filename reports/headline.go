package reports

import (
	"fmt"
	"slices"

	"github.com/lightningdb/lightning-torture/workloads/torture"
	"github.com/lightningdb/lightning-torture/workloads/torture/wording"
)

// headline returns the figures that say most about an engine, the most important first.
func headline(r *torture.Result) []figure {
	return slices.Concat([]figure{
		durability(r),
		{Label: "crash images", Value: wording.Grouped(r.Images), Note: "states in which a power cut could leave the disk, each recovered and judged"},
		{Label: "crash points", Value: wording.Grouped(r.CrashPoints), Note: "moments at which power was cut: " + points(r)},
		{Label: "nested crashes", Value: wording.Grouped(r.NestedImages), Note: "of the crash images: power was cut again " + nested(r)},
		bankTotal(r),
		{Label: "faults injected", Value: wording.Grouped(sum(r.FaultsInjected)), Note: injected(r)},
		{Label: "bytes lost", Value: byteSize(r.BytesLost), Note: "unsynced, dropped by power cuts"},
	}, quotaFigure(r), coverageFigures(r))
}

// labFigures returns the figures about the lab itself.
func labFigures(r *torture.Result) []figure {
	return []figure{
		{Label: "speed", Value: wording.Grouped(int(r.ImagesPerSecond)), Note: "images a second"},
		{Label: "lab share", Value: percent(r.LabShare), Note: "of the time; the engine took the rest"},
		{Label: "runs", Value: wording.Grouped(r.Runs), Note: "recorded, in " + seconds(r.ElapsedSeconds)},
		{Label: "recovered twice", Value: wording.Grouped(r.RepeatedImages), Note: fmt.Sprintf("images; %s differed", wording.Plural(r.Divergences, "recovery run"))},
		{Label: "audited", Value: wording.Grouped(r.AuditedImages), Note: "images that were also verified, opened read-only, copied or repaired"},
		{Label: "widest exhaustive point", Value: wording.Grouped(r.WidestExhaustive), Note: "pending operations"},
	}
}

package reports

import (
	"fmt"
	"slices"

	"github.com/lightningdb/lightning-torture/workloads/torture"
	"github.com/lightningdb/lightning-torture/workloads/torture/wording"
)

// headline are the figures by which one decides about an engine, those that say most first.
func headline(r *torture.Result) []figure {
	return slices.Concat([]figure{
		durability(r),
		{Label: "crash images", Value: wording.Grouped(r.Images), Note: "disks that a power cut could have left, each recovered and judged"},
		{Label: "crash points", Value: wording.Grouped(r.CrashPoints), Note: "moments of the power cut: " + points(r)},
		{Label: "nested crashes", Value: wording.Grouped(r.NestedImages), Note: "of the images: power was cut again " + nested(r)},
		bankTotal(r),
		{Label: "faults injected", Value: wording.Grouped(sum(r.FaultsInjected)), Note: injected(r)},
		{Label: "bytes lost", Value: byteSize(r.BytesLost), Note: "unsynced, dropped by power cuts"},
	}, quotaFigure(r), coverageFigures(r))
}

// labFigures say how the lab did its work.
func labFigures(r *torture.Result) []figure {
	return []figure{
		{Label: "speed", Value: wording.Grouped(int(r.ImagesPerSecond)), Note: "images a second"},
		{Label: "lab share", Value: percent(r.LabShare), Note: "of the time; the rest is the engine"},
		{Label: "runs", Value: wording.Grouped(r.Runs), Note: "recorded, in " + seconds(r.ElapsedSeconds)},
		{Label: "recovered twice", Value: wording.Grouped(r.RepeatedImages), Note: fmt.Sprintf("images; %s differed", wording.Plural(r.Divergences, "recovery run"))},
		{Label: "audited", Value: wording.Grouped(r.AuditedImages), Note: "images that were also verified, read without writing, copied or repaired"},
		{Label: "widest exhaustive point", Value: wording.Grouped(r.WidestExhaustive), Note: "pending operations"},
	}
}

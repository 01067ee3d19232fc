package recovery

import (
	"errors"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/appendlog"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

// DoesNotRecover is the class of violations in which a store returns an error instead of recovering.
const DoesNotRecover = "does not recover"

// Refusal turns an error of a recovery into a violation. It returns nil if the fault allows the engine to refuse the disk and
// the error does so: it must be workloads.ErrCorrupt if the target promises ReportsCorruption, and may be any error otherwise.
func Refusal(err error, f *plan.Fault, p *contract.Promises) *checker.Violation {
	var panicked *workloads.Panic
	var differs *disagreement
	var gap *appendlog.Gap
	switch {
	case errors.As(err, &panicked):
		v := record.PanicViolation(panicked)
		return &v
	case errors.As(err, &differs):
		return &checker.Violation{Class: differs.way + " disagrees with scan", Sentence: "after the crash " + differs.Error()}
	case errors.As(err, &gap):
		return &checker.Violation{Class: "gap", Sentence: "after the crash " + gap.Sentence()}
	case f.Refuse && (!p.ReportsCorruption || errors.Is(err, workloads.ErrCorrupt)):
		return nil
	}
	return &checker.Violation{
		Class: DoesNotRecover, Sentence: "the store cannot be recovered after the crash: " + err.Error(), Cause: err.Error(),
	}
}

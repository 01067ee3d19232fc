package schemas

import (
	"github.com/lightningdb/lightning-torture/faultfs/litmus"
	"github.com/lightningdb/lightning-torture/reports"
	"github.com/lightningdb/lightning-torture/reports/programs"
	"github.com/lightningdb/lightning-torture/workloads/bench"
	"github.com/lightningdb/lightning-torture/workloads/hints"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/mutants"
	"github.com/lightningdb/lightning-torture/workloads/mutate"
	"github.com/lightningdb/lightning-torture/workloads/mutate/trials"
	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/soak"
	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// format is a JSON format that the project promises to keep stable.
type format struct {
	name  string // of the file, before .schema.json
	title string
	value any // a value of the type that is encoded
}

// formats returns all stable formats.
func formats() []format {
	return []format{
		{"run", "The result of run --format json", torture.Result{}},
		{"replay", "The result of replay --format json", torture.ReplayResult{}},
		{"check", "A line of check --format json", torture.Rejudged{}},
		{"judge", "A line of judge --format json", reports.JudgedDocument{}},
		{"report-diff", "The result of report diff --format json", reports.DifferenceDocument{}},
		{"soak", "The result of soak, soak status, soak report and soak merge with --format json", soak.Status{}},
		{"run-audit", "The result of run --audit --format json", hints.Report{}},
		{"exec", "The result of exec --format json", programs.Report{}},
		{"exec-audit", "The result of exec --audit --format json: a list", []program.Hint{}},
		{"exec-replay", "The result of replay --format json for a finding of exec", programs.Again{}},
		{"mutants", "The result of mutants --format json", mutants.Report{}},
		{"mutate", "The result of mutate --format json with the tests as the judge", mutate.Report{}},
		{"mutate-score", "The result of mutate --format json with judges, a sample or a ledger", trials.Report{}},
		{"bench", "The result of bench --format json", bench.Result{}},
		{"litmus", "The result of litmus --format json", litmus.Result{}},
		{"history-op", "A line of a history, after its header", history.Op{}},
		{"ledger-event", "The event in a line of a soak's ledger", ledger.Event{}},
		{"known", "known.json of a soak: the verdicts of people", []ledger.Verdict{}},
	}
}

// Package operations tests what an operator of a store or of a soak relies on: alert rules, runbooks, dashboards and guides.
// It has tests alone, in a module of its own, since it needs both the lab and the engine's exporter.
//
//	names_test.go       what is named exists: metrics in rules, dashboards and runbooks; a runbook for each alert; its headings
//	dashboard_test.go   makes ../dashboards from the lists of metrics (go test -run TestDashboards -update)
//	rules_test.go       promtool checks the rules, and runs their cases: each alert fires in one and is silent in another
//	planted_test.go     a failure is planted; its alert fires; the commands of its runbook are run; the alert ends
//	plantedsoak_test.go the same for a soak
//	film_test.go        what Prometheus would have scraped, a frame a minute, and which alerts fire in it
//	guide_test.go       the guides are followed on stores and soaks that have their symptoms
//	nightly_test.go     the recipes for nightly soaks run as they stand
//	runbook_test.go     a runbook as a list of headings and commands
//	service_test.go     the process that embeds a store, as a child, and what breaks it
//	soak_test.go        the process that plays a soak: it shows a Status that ages by minutes, through the soak's own pages
//	systemd_test.go     systemctl and journalctl, as far as runbooks use them, for that child
//
// A film has real scrapes of a real process, but one follows the other at once: promtool evaluates the rules as if a minute
// lay between them. So no test waits for an alert.
//
// NB: go test takes an earlier result if only rules, runbooks or the lab have changed, which are in another module. Say -count=1.
//
// promtool comes with Debian's package prometheus. Without it the tests that need it are skipped, and say so.
package operations

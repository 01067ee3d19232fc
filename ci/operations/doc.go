// Package operations tests what an operator of a store or a soak relies on: alert rules, runbooks, dashboards and guides. It
// contains only tests, and is a module of its own because it needs both the lab and the engine's exporter.
//
//	names_test.go       every metric named in rules, dashboards and runbooks exists; every alert has a runbook; its headings
//	dashboard_test.go   ../dashboards, generated from the lists of metrics (go test -run TestDashboards -update)
//	rules_test.go       promtool checks the rules, and runs their cases: each alert fires in one and is silent in another
//	planted_test.go     a failure is planted, its alert fires, the commands of its runbook are run, and the alert resolves
//	plantedsoak_test.go the same for a soak
//	plantedgroup_test.go the same for the nodes of a replicated store
//	film_test.go        what Prometheus would have scraped, one frame per minute, and which alerts fire then
//	guide_test.go       the guides are followed on stores and soaks with the symptoms that they describe
//	links_test.go       links in documents lead somewhere, and the map in the README names what exists
//	nightly_test.go     the recipes for nightly soaks run as they stand
//	runbook_test.go     a runbook as a list of headings and commands
//	service_test.go     the child process that embeds a store, and the ways to break it
//	group_test.go       the nodes of a replicated store as child processes, with stand-ins for systemctl and journalctl
//	soak_test.go        a process that acts as a soak: it serves a Status that it ages by minutes, through the soak's own pages
//	systemd_test.go     stand-ins for systemctl and journalctl that control that child
//
// A film has real scrapes of a real process, taken one after another without waiting. promtool evaluates the rules as if they
// were a minute apart, so no test waits for an alert.
//
// NB: go test returns a cached result if only rules, runbooks or the lab changed, because those are in another module. Run it
// with -count=1.
//
// All tests but links_test.go run commands of Linux, so only Linux compiles them. promtool is in Debian's package prometheus. The
// tests that need it are skipped without it.
package operations

package provoked

import "github.com/lightningdb/lightning-torture/workloads/torture"

// Checks returns all checks. Those that take long are split into many, because a run waits only a limited time for each.
func Checks() []torture.StandingCheck {
	checks := []torture.StandingCheck{
		{Name: "Stalls", Run: stalls},
		{Name: "Room", Run: room},
		{Name: "Nested", Run: nested},
		{Name: "Poisoned", Run: poisoned},
		{Name: "Kept", Run: kept},
		{Name: "Crossed", Run: crossed},
		{Name: "Backlog", Run: backlog},
		{Name: "Flight", Run: flight},
		{Name: "Alike", Run: alike},
		{Name: "Unlisted", Run: unlisted},
		{Name: "Diverged", Run: diverged},
		{Name: "Rotted", Run: rotted},
		{Name: "Lent", Run: lent},
		{Name: "Long", Run: long},
		{Name: "Conflicts", Run: conflicts},
		{Name: "Levels", Run: levels},
		{Name: "Bounded", Run: bounded},
		{Name: "Scattered", Run: scattered},
		{Name: "Lagging", Run: lagging},
		{Name: "Cached", Run: cached},
		{Name: "Closed", Run: closed},
		{Name: "Proven", Run: proven},
		{Name: "Brim", Run: brim},
		{Name: "Causes", Run: causes},
		{Name: "Failed", Run: failed},
		{Name: "Copied", Run: copied},
		{Name: "Repaired", Run: repaired},
		{Name: "Salvaged", Run: salvaged},
		{Name: "Born", Run: born},
		{Name: "Claimed", Run: claimed},
		{Name: "Handed", Run: handed},
		{Name: "Busy", Run: busy},
		{Name: "Crowded", Run: crowded},
		{Name: "Indexed", Run: indexed},
		{Name: "Unreadable", Run: unreadable},
		{Name: "Missing", Run: missing},
		{Name: "Linked", Run: linked},
		{Name: "Waited", Run: waited},
		{Name: "Twins", Run: twins},
		{Name: "Retried", Run: retried},
		{Name: "Mended", Run: mended},
		{Name: "Begun", Run: begun},
		{Name: "Told", Run: told},
		{Name: "Marked", Run: marked},
		{Name: "Killed", Run: killed},
	}
	for _, check := range ended() {
		checks = append(checks, torture.StandingCheck{Name: "Ended", Run: check})
	}
	for _, check := range lengths() {
		checks = append(checks, torture.StandingCheck{Name: "Lengths", Run: check})
	}
	for i := range checks {
		checks[i].Name = "provoked." + checks[i].Name
	}
	return checks
}

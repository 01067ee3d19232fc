//go:build linux

package operations_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// soakDir returns the directory of a short real soak, made once. The commands of runbooks inspect it.
var soakDir = sync.OnceValues(func() (string, error) {
	lab, err := command()
	if err != nil {
		return "", err
	}
	parent, err := os.MkdirTemp("", "operations-soak-")
	if err != nil {
		return "", err
	}
	dir := filepath.Join(parent, "soak")
	said, err := exec.Command(lab, "soak", "--dir", dir, "--laps", "1", "-w", "register", "-f", "power", "--life", "0", "--points", "3", "--quiet").CombinedOutput()
	if code := exitCode(err); code != 0 && code != 3 { // 3: too short to judge flatness
		return "", fmt.Errorf("%w: %s", err, said)
	}
	return dir, nil
})

func exitCode(err error) int {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.ExitCode()
	}
	return -1
}

// copyOfSoak returns a copy of soakDir for one test.
func copyOfSoak(t *testing.T) string {
	t.Helper()
	from, err := soakDir()
	require.NoError(t, err)
	dir := filepath.Join(t.TempDir(), "soak")
	require.NoError(t, os.CopyFS(dir, os.DirFS(from)))
	return dir
}

// Each failure of a soak raises its alert, and running the commands of its runbook resolves it. -v shows the transcripts.
func TestPlantedFailuresOfASoak(t *testing.T) {
	t.Parallel()
	promtool(t)
	for name, p := range map[string]planted{
		"a finding":                {alert: "TortureFinding", plant: ill("finding"), minutes: 2, ends: 2},
		"a blind lab":              {alert: "TortureBlind", plant: ill("blind"), minutes: 2, ends: 2},
		"the ledger gets no cells": {alert: "TortureStale", plant: ill("stale"), minutes: 25, ends: 3},
		"the soak was killed":      {alert: "TortureDown", plant: func(_ *testing.T, u *unit, _ string) { u.kill(syscall.SIGKILL) }, minutes: 8, ends: 3},
		"memory grows":             {alert: "TortureGrows", plant: ill("grows"), minutes: 15, ends: 3},
		"a dump fills the disk":    {alert: "TortureDiskFilling", plant: func(*testing.T, *unit, string) {}, minutes: 40, ends: 70},
		"cells are unclear":        {alert: "TortureInconclusive", plant: ill("unclear"), minutes: 45, ends: 70},
		"processes die":            {alert: "TortureDeaths", plant: ill("dies"), minutes: 8, ends: 65},
		"the clock is set back":    {alert: "TortureClockJump", plant: ill("clock"), minutes: 3, ends: 15},
		"another load":             {alert: "TortureSlower", plant: ill("slow"), minutes: 75, ends: 40},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			dump := filepath.Join(dir, "dump")
			u := newUnit(t, dir, "SERVICE_SOAK="+dump)
			tape := newFilm("lightning-torture", "soak.yml")
			tape.began = began
			minute := func() {
				if p.alert == "TortureDiskFilling" && (tape.frames == 31 || tape.frames > 31 && isFile(dir, "dump")) {
					grow(t, dir, 4<<20) // somebody else's file grows until it is deleted
				}
				u.call("/load", url.Values{"n": {strconv.Itoa(tape.frames)}})
				tape.shoot(t, "http://"+u.address)
			}
			for tape.frames < 30 {
				minute()
			}
			require.Empty(t, tape.firing(t), "the soak is healthy")

			p.plant(t, u, dir)
			for range p.minutes {
				minute()
			}
			require.Equal(t, []string{p.alert}, tape.firing(t))

			page := filepath.Join("../runbooks", p.alert+".md")
			shell := u.shell("SOAK="+copyOfSoak(t), "UNNEEDED="+dump)
			u.neighbours = func() { ill("")(t, u, dir) }
			follow(t, page, "What to look at", shell)
			follow(t, page, "How to fix it", shell)
			for range p.ends {
				minute()
			}
			require.Empty(t, tape.firing(t), "the runbook did not resolve the alert")
			follow(t, page, "How to tell that it is over", shell)
		})
	}
}

// Two supervisors run the same campaign without seeing each other's lock. The one on this machine is stopped.
func TestTwoSupervisorsOfOneCampaign(t *testing.T) {
	t.Parallel()
	promtool(t)
	dir := t.TempDir()
	here, there := newUnit(t, dir, "SERVICE_SOAK="+dir+"/dump"), newUnit(t, dir, "SERVICE_SOAK="+dir+"/dump")
	tape := newFilm("lightning-torture", "soak.yml")
	tape.began = began
	units := map[string]*unit{"there": there}
	minutes := func(n int) {
		for range n {
			for instance, u := range units {
				u.call("/load", url.Values{"n": {strconv.Itoa(tape.frames)}})
				tape.scrape(t, "http://"+u.address, instance)
			}
			tape.frames++
		}
	}
	minutes(5)
	require.Empty(t, tape.firing(t))
	units["here"] = here
	minutes(4)
	require.Equal(t, []string{"TortureTwoSupervisors"}, tape.firing(t))
	page, shell := "../runbooks/TortureTwoSupervisors.md", here.shell("SOAK="+copyOfSoak(t))
	follow(t, page, "What to look at", shell)
	follow(t, page, "How to fix it", shell)
	delete(units, "here") // its target is removed from Prometheus
	minutes(8)
	require.Empty(t, tape.firing(t))
	follow(t, page, "How to tell that it is over", shell)
}

// A second supervisor on the directory of a running soak is refused, and its target is down. Once the first is stopped, as the
// runbook says, the second resumes the soak.
func TestASecondSupervisorOnOneDirectory(t *testing.T) {
	t.Parallel()
	promtool(t)
	lab, err := command()
	require.NoError(t, err)
	dir := copyOfSoak(t)
	env := []string{"SERVICE_LAB=" + lab, "SERVICE_REAL_SOAK=" + dir}
	first := newUnit(t, dir, append(env, "SERVICE_ADDRESS="+freeAddresses(t, 1)[0])...)
	answers(t, first)
	second := newUnit(t, dir, append(env, "SERVICE_ADDRESS="+freeAddresses(t, 1)[0])...)
	<-second.ended

	tape := newFilm("lightning-torture", "soak.yml")
	for range 8 {
		tape.shoot(t, "http://"+second.address)
	}
	require.Equal(t, []string{"TortureDown"}, tape.firing(t))
	page, shell := "../runbooks/TortureDown.md", second.shell("SOAK="+dir)
	follow(t, page, "What to look at", shell)
	log, err := os.ReadFile(second.log)
	require.NoError(t, err)
	require.Contains(t, string(log), "another soak is running", "as the runbook says")
	first.kill(syscall.SIGTERM)
	follow(t, page, "How to fix it", shell)
	answers(t, second)
	for range 3 {
		tape.shoot(t, "http://"+second.address)
	}
	require.NotContains(t, tape.firing(t), "TortureDown")
	follow(t, page, "How to tell that it is over", shell)
}

// answers waits until a service serves its pages.
func answers(t *testing.T, u *unit) {
	t.Helper()
	require.Eventually(t, func() bool {
		answer, err := http.Get("http://" + u.address + "/metrics")
		return err == nil && answer.Body.Close() == nil
	}, time.Minute, 50*time.Millisecond, "the soak does not serve its pages")
}

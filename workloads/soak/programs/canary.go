package programs

import (
	"context"
	_ "embed" // the source of a canary
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads/hostdisk"
	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/program/hosted"
	"github.com/lightningdb/lightning-torture/workloads/program/native"
	"github.com/lightningdb/lightning-torture/workloads/program/wasm"
	"github.com/lightningdb/lightning-torture/workloads/soak/canary"
)

// The canaries write a few lines to a log and acknowledge each, but never sync the log. Their checkers report
// acknowledged lines that are gone.
const (
	shellWork  = `for i in 1 2 3; do echo "line $i" >>"$1/log"; echo "line $i" >>"$1/.torture/ack"; done`
	shellCheck = `while read -r line; do grep -qx "$line" "$1/log" 2>/dev/null || { echo "$line is missing"; exit 1; }; done <"$2"`
)

//go:embed canary.go.txt
var goCanary []byte

// missing ends the sentence about a line that is gone.
const missing = " is missing"

// Canary implements lap.Subject.
func (s *Subject) Canary(ctx context.Context, seed uint64) (sight canary.Sight, err error) {
	if s.program.Way == Native {
		return look(ctx, &nativeWay{native.Spec{
			Program: []string{"sh", "-c", shellWork, "sh", "{dir}"}, Check: []string{"sh", "-c", shellCheck, "sh", "{dir}", "{acks}"},
		}}, seed)
	}
	scratch, err := hostdisk.NewScratch("", "soak-canary")
	if err != nil {
		return sight, err
	}
	defer func() { err = errors.Join(err, scratch.Remove()) }()
	w, err := wasmCanary(scratch.Dir)
	if err != nil {
		return sight, err
	}
	return look(ctx, w, seed)
}

// wasmCanary writes the source of the canary to a directory.
func wasmCanary(dir string) (way, error) {
	err := os.WriteFile(filepath.Join(dir, "main.go"), goCanary, 0o600)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module canary\n\ngo 1.23\n"), 0o600)
	}
	return &wasmWay{hosted.Spec{Spec: wasm.Spec{Program: []string{dir, "work", "{dir}"}, Check: []string{dir, "check", "{dir}", "{acks}"}}}}, err
}

// look runs a canary and says whether the missing lines were noticed.
func look(ctx context.Context, w way, seed uint64) (canary.Sight, error) {
	found, err := w.search(ctx, &course{seed: seed, profile: "posix-min", options: program.Options{Limits: program.Limits{Workers: runtime.NumCPU(), Findings: 1, Seed: seed}}})
	if err != nil {
		return canary.Sight{}, fmt.Errorf("programs: the program with the planted bug: %w", err)
	}
	r := found.result
	s := canary.Sight{Images: r.Tally.Images}
	for i := range r.Findings {
		s.Caught = s.Caught || strings.HasSuffix(r.Findings[i].Sentence, missing)
	}
	if !s.Caught {
		s.Reason = fmt.Sprintf("a program that does not sync its log was not found to lose lines in %d crash images", s.Images)
		if r.Inconclusive != "" {
			s.Reason += ": " + r.Inconclusive
		}
	}
	return s, nil
}

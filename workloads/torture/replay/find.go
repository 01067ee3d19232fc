package replay

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/evidence"
)

// find resolves a token or the path of a saved finding.
func find(targets []contract.Target, tokenOrFile, dir string) (*wanted, error) {
	version, isToken := evidence.IsToken(tokenOrFile)
	if !isToken {
		if _, err := os.Stat(tokenOrFile); err != nil {
			return nil, fmt.Errorf("%w %q: neither a token (%s...) nor a file that can be read",
				evidence.ErrBadToken, tokenOrFile, evidence.TokenPrefix)
		}
		return fromFile(targets, tokenOrFile)
	}
	file := savedAs(dir, tokenOrFile)
	if file != "" && version != evidence.TokenPrefix {
		return fromFile(targets, file) // this version's generators cannot make its run
	}
	target, s, at, err := evidence.DecodeToken(tokenOrFile, targets)
	if err != nil {
		return nil, err
	}
	w := &wanted{target: target, at: at, spec: s}
	if file != "" {
		saved, err := fromFile(targets, file)
		if err != nil || s.Size.Clients > 1 && (s.Keep == nil || !s.Keep.Alone) {
			return saved, err
		}
		w.id = saved.id
		if saved.saved.Background {
			w.otherwise = saved
		}
	}
	return w, nil
}

// savedAs returns the file of the finding with the given token, or "".
func savedAs(dir, token string) string {
	if dir == "" {
		return ""
	}
	files, err := filepath.Glob(filepath.Join(dir, "findings", "*"+evidence.Ext))
	if err != nil {
		return ""
	}
	for _, file := range files {
		if v, err := evidence.Load(file); err == nil && strings.EqualFold(v.Finding.Token, strings.TrimSpace(token)) {
			return file
		}
	}
	return ""
}

func fromFile(targets []contract.Target, file string) (*wanted, error) {
	v, err := evidence.Load(file)
	if err != nil {
		return nil, err
	}
	for _, t := range targets {
		if t.Name == v.Engine {
			if err := t.CheckLimits(v.Spec.Limits); err != nil {
				return nil, fmt.Errorf("%w: %s: %w", evidence.ErrBadToken, file, err)
			}
			at := evidence.Place{
				Tick: v.Finding.CrashTick, Nested: v.Finding.NestedTick, Shown: v.Finding.Shown, ShownOf: v.Finding.ShownOf, Crashes: v.Finding.Crashes,
				RecoveryFault: v.RecoveryFault, Beforehand: v.Beforehand,
			}
			return &wanted{target: t, at: at, spec: v.Spec, saved: v, id: v.Finding.ID, file: file}, nil
		}
	}
	return nil, fmt.Errorf("%w: %s is of engine %q, which this build does not have; replay it in the test of that engine, "+
		"with TORTURE_REPLAY=%s go test, or with a command that has the engine", evidence.ErrOtherTarget, file, v.Engine, file)
}

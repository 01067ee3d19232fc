package coverage

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads/coverprofile"
	"github.com/lightningdb/lightning-torture/workloads/hostdisk"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// The names of the profiles that Summarize leaves in the output directory, for "go tool cover".
const (
	profileName         = "coverage.txt"
	recoveryProfileName = "coverage-recovery.txt"
)

// Summarize turns what a collector has written into profiles in dir, and returns what was reached and what was not.
func Summarize(ctx context.Context, c *Collector, dir string) (*torture.Coverage, error) {
	all, err := c.profile(ctx, filepath.Join(dir, profileName), recording, recovering)
	if err != nil {
		return nil, err
	}
	recovered, err := c.profile(ctx, filepath.Join(dir, recoveryProfileName), recovering)
	if err != nil {
		return nil, err
	}
	sum := &torture.Coverage{Profile: filepath.Join(dir, profileName), RecoveryProfile: filepath.Join(dir, recoveryProfileName)}
	missed := map[string]*torture.Unreached{}
	for _, b := range all {
		sum.Statements += b.Statements
		if b.Count > 0 {
			sum.Reached += b.Statements
			continue
		}
		file := missed[b.File]
		if file == nil {
			file = &torture.Unreached{File: b.File}
			missed[b.File] = file
		}
		file.Statements += b.Statements
		file.Lines = append(file.Lines, linesOf(&b))
	}
	for _, b := range recovered {
		if b.Count > 0 {
			sum.InRecovery += b.Statements
		}
	}
	sum.Unreached = []torture.Unreached{}
	for _, file := range slices.SortedFunc(maps.Values(missed), func(a, b *torture.Unreached) int {
		return cmp.Or(cmp.Compare(b.Statements, a.Statements), cmp.Compare(a.File, b.File))
	}) {
		sum.Unreached = append(sum.Unreached, *file)
	}
	return sum, nil
}

// profile merges the counters of some parts into a profile and reads it.
func (c *Collector) profile(ctx context.Context, file string, parts ...string) ([]coverprofile.Block, error) {
	var dirs []string
	for _, part := range parts {
		dirs = append(dirs, filepath.Join(c.dir, part))
	}
	raw := filepath.Join(c.dir, filepath.Base(file))
	cmd := exec.CommandContext(ctx, "go", "tool", "covdata", "textfmt", "-i="+strings.Join(dirs, ","), "-o="+raw)
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("reading the counters: %w: %s", err, bytes.TrimSpace(out))
	}
	text, err := os.ReadFile(raw)
	if err != nil {
		return nil, err
	}
	err = hostdisk.WriteFile(file, 0o644, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
	if err != nil {
		return nil, err
	}
	return parse(text, c.main)
}

// linesOf returns the lines of a block.
func linesOf(b *coverprofile.Block) string {
	if b.Start.Line == b.End.Line {
		return fmt.Sprint(b.Start.Line)
	}
	return fmt.Sprintf("%d-%d", b.Start.Line, b.End.Line)
}

// parse parses a profile in the format of "go test -coverprofile". It removes from file names the directory that all
// have in common, except its last element. Blocks are sorted by file and line; those of the package without are left
// out.
func parse(text []byte, without string) ([]coverprofile.Block, error) {
	blocks, err := coverprofile.Parse(text)
	if err != nil {
		return nil, err
	}
	blocks = slices.DeleteFunc(blocks, func(b coverprofile.Block) bool { return path.Dir(b.File) == without })
	slices.SortStableFunc(blocks, func(a, b coverprofile.Block) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Start.Line, b.Start.Line), cmp.Compare(a.End.Line, b.End.Line))
	})
	if len(blocks) > 0 {
		common := path.Dir(blocks[0].File)
		for last := blocks[len(blocks)-1].File; path.Dir(common) != common && !strings.HasPrefix(last, common+"/"); {
			common = path.Dir(common)
		}
		for i := range blocks {
			blocks[i].File = strings.TrimPrefix(blocks[i].File, path.Dir(common)+"/")
		}
	}
	return blocks, nil
}

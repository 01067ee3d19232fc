package coverage

import (
	"bufio"
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

	"github.com/lightningdb/lightning-torture/workloads/hostdisk"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// The profiles that Summarize leaves in the output directory, for "go tool cover".
const (
	ProfileName         = "coverage.txt"
	RecoveryProfileName = "coverage-recovery.txt"
)

// Summarize turns what a collector has written into profiles in dir, and says what was reached.
func Summarize(ctx context.Context, c *Collector, dir string) (*torture.Coverage, error) {
	all, err := c.profile(ctx, filepath.Join(dir, ProfileName), recording, recovering)
	if err != nil {
		return nil, err
	}
	recovered, err := c.profile(ctx, filepath.Join(dir, RecoveryProfileName), recovering)
	if err != nil {
		return nil, err
	}
	sum := &torture.Coverage{Profile: filepath.Join(dir, ProfileName), RecoveryProfile: filepath.Join(dir, RecoveryProfileName)}
	missed := map[string]*torture.Unreached{}
	for _, b := range all {
		sum.Statements += b.statements
		if b.count > 0 {
			sum.Reached += b.statements
			continue
		}
		file := missed[b.file]
		if file == nil {
			file = &torture.Unreached{File: b.file}
			missed[b.file] = file
		}
		file.Statements += b.statements
		file.Lines = append(file.Lines, b.lines())
	}
	for _, b := range recovered {
		if b.count > 0 {
			sum.InRecovery += b.statements
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

// profile merges the counters of some parts into a profile, and reads it.
func (c *Collector) profile(ctx context.Context, file string, parts ...string) ([]block, error) {
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

// block is a run of statements that are executed together.
type block struct {
	file        string
	first, last int // lines
	statements  int
	count       uint64
}

func (b *block) lines() string {
	if b.first == b.last {
		return fmt.Sprint(b.first)
	}
	return fmt.Sprintf("%d-%d", b.first, b.last)
}

// parse reads a profile in the format of "go test -coverprofile", and shortens the names of files by the directory that they
// have in common, but for its last element. Blocks are in the order of files and lines; those of one package are left out.
func parse(text []byte, without string) ([]block, error) {
	var blocks []block
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		line := lines.Text()
		if strings.HasPrefix(line, "mode:") {
			continue
		}
		file, rest, _ := strings.Cut(line, ":")
		if path.Dir(file) == without {
			continue
		}
		b := block{file: file}
		var column int
		if n, err := fmt.Sscanf(rest, "%d.%d,%d.%d %d %d", &b.first, &column, &b.last, &column, &b.statements, &b.count); n != 6 {
			return nil, fmt.Errorf("the profile has a line %q: %w", line, err)
		}
		blocks = append(blocks, b)
	}
	slices.SortStableFunc(blocks, func(a, b block) int {
		return cmp.Or(cmp.Compare(a.file, b.file), cmp.Compare(a.first, b.first), cmp.Compare(a.last, b.last))
	})
	if len(blocks) > 0 {
		common := path.Dir(blocks[0].file)
		for last := blocks[len(blocks)-1].file; path.Dir(common) != common && !strings.HasPrefix(last, common+"/"); {
			common = path.Dir(common)
		}
		for i := range blocks {
			blocks[i].file = strings.TrimPrefix(blocks[i].file, path.Dir(common)+"/")
		}
	}
	return blocks, lines.Err()
}

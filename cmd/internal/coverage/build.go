package coverage

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strings"
)

// Build builds a main package, given by its import path, into a binary that counts the statements of the packages that
// match the patterns. The current directory must be in a module that has them.
func Build(ctx context.Context, mainPackage, binary string, patterns []string) error {
	// NB: only counters of mode atomic can be cleared while the program runs, and a binary does not write its counters unless
	// its main package is counted too.
	counted := strings.Join(append(slices.Clone(patterns), mainPackage), ",")
	cmd := exec.CommandContext(ctx, "go", "build", "-cover", "-covermode=atomic", "-coverpkg="+counted, "-o", binary, mainPackage)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building %s for coverage needs the go command and a module that has the source: %w: %s",
			mainPackage, err, bytes.TrimSpace(out))
	}
	return nil
}

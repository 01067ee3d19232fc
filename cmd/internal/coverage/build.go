package coverage

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strings"
)

// Build builds a main package, whose path is that of an import, into a binary that counts the statements of the packages that the
// patterns match. The current directory must be in a module that has them.
func Build(ctx context.Context, mainPackage, binary string, patterns []string) error {
	// NB: only counters of mode atomic can be cleared while the program runs, and a binary whose main package is not counted
	// keeps its counters to itself.
	counted := strings.Join(append(slices.Clone(patterns), mainPackage), ",")
	cmd := exec.CommandContext(ctx, "go", "build", "-cover", "-covermode=atomic", "-coverpkg="+counted, "-o", binary, mainPackage)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building %s for coverage needs the go command and a module that has the source: %w: %s",
			mainPackage, err, bytes.TrimSpace(out))
	}
	return nil
}

package mutants

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// module is the first line of the go.mod of a checkout.
const module = "module github.com/lightningdb/lightning-torture"

// FindRoot returns the root of the checkout that contains dir. It returns ErrCheckout if there is none. Mutants change
// the source, so an installed binary is not enough.
func FindRoot(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("mutants: %w", err)
	}
	for at := dir; ; at = filepath.Dir(at) {
		text, err := os.ReadFile(filepath.Join(at, "go.mod"))
		first, _, _ := strings.Cut(string(text), "\n")
		if err == nil && strings.TrimSpace(first) == module {
			return at, nil
		}
		if at == filepath.Dir(at) {
			return "", fmt.Errorf("%w: %s is not in one", ErrCheckout, dir)
		}
	}
}

package finding

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads/cluster"
)

// Save writes the finding to a file of dir, which is created, and returns the name of the file.
func (f *Finding) Save(dir string) (name string, err error) {
	b, err := json.MarshalIndent(f, "", "  ")
	if err == nil {
		err = os.MkdirAll(dir, 0o755)
	}
	if err != nil {
		return "", err
	}
	h := fnv.New32a()
	fmt.Fprint(h, f.Violation.Class, f.Token)
	name = filepath.Join(dir, fmt.Sprintf("%d-%08x.json", f.Seed, h.Sum32()))
	return name, os.WriteFile(name, append(b, '\n'), 0o644)
}

// savedBytesMax limits the size of a saved finding that is read.
const savedBytesMax = 16 << 20

// Load returns the run of a token, or of a saved finding if text is the name of a file. The error is ErrBadToken, or one of the file.
func Load(text string) (cluster.Spec, error) {
	info, err := os.Stat(text)
	switch {
	case errors.Is(err, fs.ErrNotExist) || strings.HasPrefix(strings.ToUpper(text), TokenPrefix):
		return ParseToken(text)
	case err != nil && len(text) > 255: // too long for the name of a file
		return ParseToken(text)
	case err != nil:
		return cluster.Spec{}, err
	case info.Size() > savedBytesMax:
		return cluster.Spec{}, fmt.Errorf("%w: %s has %d bytes; the limit is %d", ErrBadToken, text, info.Size(), savedBytesMax)
	}
	b, err := os.ReadFile(text)
	if err != nil {
		return cluster.Spec{}, err
	}
	var f struct {
		Token string `json:"token"`
	}
	if err := json.Unmarshal(b, &f); err != nil {
		return cluster.Spec{}, fmt.Errorf("%w: %s is not a saved finding: %w", ErrBadToken, text, err)
	}
	return ParseToken(f.Token)
}

package overlay

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
)

// Write writes the modified files to dir, which must exist, and returns the path to pass to go build -overlay. The keys
// of changed are slash-separated paths relative to root, and the values are the texts.
func Write(root, dir string, changed map[string]string) (string, error) {
	var overlay struct{ Replace map[string]string }
	overlay.Replace = make(map[string]string, len(changed))
	for file, text := range changed {
		changedCopy := filepath.Join(dir, strings.ReplaceAll(file, "/", "__"))
		if err := os.WriteFile(changedCopy, []byte(text), 0o600); err != nil {
			return "", err
		}
		overlay.Replace[filepath.Join(root, filepath.FromSlash(file))] = changedCopy
	}
	encoded, err := json.MarshalIndent(overlay, "", "\t")
	if err != nil {
		return "", err
	}
	name := filepath.Join(dir, "overlay.json")
	return name, os.WriteFile(name, encoded, 0o600)
}

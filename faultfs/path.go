package faultfs

import (
	"path"
	"strings"
)

// maxNameBytes is the length of the longest name in a directory: NAME_MAX of the common filesystems.
const maxNameBytes = 255

// clean returns a path without leading slash, "." or "..": "" is the root. Relative paths start at the root.
func clean(name string) string {
	if name == "." || name == "/" {
		return ""
	}
	odd := strings.Contains(name, "./") || strings.Contains(name, "//")
	if odd || strings.HasSuffix(name, ".") || strings.HasSuffix(name, "/") {
		name = path.Clean("/" + name)
	}
	return strings.TrimPrefix(name, "/")
}

package trace

import (
	"path"
	"strings"
)

// CleanPath returns a path without leading slash, "." or "..", so that two spellings of one path compare equal. The
// root is "". Relative paths start at the root. Traces contain paths as the caller spelled them.
func CleanPath(name string) string {
	if name == "." || name == "/" {
		return ""
	}
	odd := strings.Contains(name, "./") || strings.Contains(name, "//")
	if odd || strings.HasSuffix(name, ".") || strings.HasSuffix(name, "/") {
		name = path.Clean("/" + name)
	}
	return strings.TrimPrefix(name, "/")
}

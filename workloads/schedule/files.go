package schedule

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/tetratelabs/wazero"
)

// guestTemp is where the program finds its own temporary directory. It is no directory of the host, because one with
// the same name there would be hidden.
const guestTemp = "/schedule-tmp"

// files shows the whole host for reading, a directory for temporary files, and where go test wants coverage written.
func files(args []string, temp string) wazero.FSConfig {
	config := wazero.NewFSConfig().WithReadOnlyDirMount("/", "/").WithDirMount(temp, guestTemp)
	for _, arg := range args {
		if dir := outputOfTest(arg); dir != "" {
			config = config.WithDirMount(dir, dir)
		}
	}
	return config
}

// outputOfTest returns the directory that an argument from go test names for its output, if it does.
func outputOfTest(arg string) string {
	flag, path, _ := strings.Cut(arg, "=")
	switch flag {
	case "-test.coverprofile":
		path = filepath.Dir(path)
	case "-test.gocoverdir", "-test.outputdir":
	default:
		return ""
	}
	if info, err := os.Stat(path); err != nil || !info.IsDir() || !filepath.IsAbs(path) {
		return ""
	}
	return path
}

func decimal(seed uint64) string { return strconv.FormatUint(seed, 10) }

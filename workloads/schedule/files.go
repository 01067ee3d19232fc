package schedule

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/experimental/sys"
	"github.com/tetratelabs/wazero/experimental/sysfs"
)

// Files is a file tree that a program sees at "/", such as that of package wasidisk.
type Files interface {
	sys.FS
	// Begin is called before each host call, with its name in wasip1, such as "fd_write".
	Begin(call string)
	// Errno returns the wasip1 number of the error of the latest call if sys.Errno has no value for it, and 0
	// otherwise. For such an error, the methods of sys.FS return sys.EIO, which the program sees replaced by this
	// number.
	Errno() uint32
}

// tree is mounted for the files of a job; the Files in it can be replaced.
type tree struct{ Files }

// TempDir is where the program finds its own temporary directory. The host has no directory of that name; if it had,
// the mount would hide it. Files of a job must have it.
const TempDir = "/schedule-tmp"

// mounts mounts the tree of the job. If it has none, it mounts the whole host read-only, a directory for temporary
// files, and the directory to which go test wants coverage.
func (w *world) mounts(job Job, temp string) wazero.FSConfig {
	if w.files != nil {
		return wazero.NewFSConfig().(sysfs.FSConfig).WithSysFSMount(w.files, "/")
	}
	config := wazero.NewFSConfig().WithReadOnlyDirMount("/", "/").WithDirMount(temp, TempDir)
	for _, arg := range job.Args {
		if dir := outputOfTest(arg); dir != "" {
			config = config.WithDirMount(dir, dir)
		}
	}
	return config
}

// outputOfTest returns the output directory that an argument from go test names, or "".
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

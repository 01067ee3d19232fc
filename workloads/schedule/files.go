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

// Files is a tree of files that a program sees at "/", such as the one of package wasidisk.
type Files interface {
	sys.FS
	// Begin is called before each call of the host, with its name in wasip1, such as "fd_write".
	Begin(call string)
	// Errno returns the number, in wasip1, of the error of the call that began last, if sys.Errno does not have that error;
	// else 0. The methods above return sys.EIO for such an error, and the program gets this number instead.
	Errno() uint32
}

// tree is what is mounted for the files of a job, so that they can be exchanged.
type tree struct{ Files }

// TempDir is where the program finds its own temporary directory. It is no directory of the host, because one with the
// same name there would be hidden. Files of a job must have it.
const TempDir = "/schedule-tmp"

// mounts shows the tree of a job or, if it has none, the whole host for reading, a directory for temporary files, and where
// go test wants coverage written.
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

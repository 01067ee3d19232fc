package faultfs_test

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// search calls visit with every image of a crash point that visit can tell from the others, and returns how many there
// were.
func search(p *faultfs.CrashPoint, visit func(*faultfs.FS)) (leaves int) {
	return searchWith(faultfs.ImageOptions{}, p, visit)
}

func searchWith(o faultfs.ImageOptions, p *faultfs.CrashPoint, visit func(*faultfs.FS)) (leaves int) {
	leaves, err := faultfs.Explore(p, o, func(img *faultfs.FS) error {
		visit(img)
		return nil
	})
	must(err)
	return leaves
}

// answers is a Chooser with prepared answers. It records the questions, and answers 0 when it has run out.
type answers struct{ prepared, asked []int }

func (a *answers) Choose(n int, _ uint64) int {
	a.asked = append(a.asked, n)
	if len(a.asked) > len(a.prepared) {
		return 0
	}
	return a.prepared[len(a.asked)-1]
}

// set is a set of observed states.
type set map[string]bool

func (s set) String() string { return strings.Join(slices.Sorted(maps.Keys(s)), " | ") }

// differs describes a member that only one of the sets has, or returns "" if they are equal.
func (s set) differs(got set) string {
	for _, seen := range slices.Sorted(maps.Keys(s)) {
		if !got[seen] {
			return fmt.Sprintf("legal but not reached: %q", seen)
		}
	}
	for _, seen := range slices.Sorted(maps.Keys(got)) {
		if !s[seen] {
			return fmt.Sprintf("reached but not legal: %q", seen)
		}
	}
	return ""
}

// outcomes returns everything that look can see after power is cut now, under posix-min.
func outcomes(fs *faultfs.FS, look func(view) string) set {
	return outcomesOf(faultfs.Model{}, fs, look)
}

func outcomesOf(model faultfs.Model, fs *faultfs.FS, look func(view) string) set {
	seen := set{}
	search(faultfs.NewTimeline(fs, model, 0).Advance(fs.Now()), func(img *faultfs.FS) { seen[look(fsView{img})] = true })
	return seen
}

// view is a disk that can be looked at: a crash image, or a state of the oracle.
type view interface {
	names(dir string) []string // sorted; directories end in a slash, links in "->TARGET"; nil if dir is not there
	size(path string) int64    // -1 if it is not there
	read(path string, off, n int64) string
}

// everything looks at everything there is.
func everything(v view) string {
	var b strings.Builder
	var walk func(dir string)
	walk = func(dir string) {
		for _, name := range v.names(dir) {
			switch {
			case strings.HasSuffix(name, "/"):
				fmt.Fprintf(&b, "%s%s ", dir, name)
				walk(dir + name)
			case strings.Contains(name, "->"):
				fmt.Fprintf(&b, "%s%s ", dir, name)
			default:
				fmt.Fprintf(&b, "%s%s=%s ", dir, name, v.read(dir+name, 0, v.size(dir+name)))
			}
		}
	}
	walk("/")
	return strings.TrimSpace(b.String())
}

// runs writes bytes as run lengths: "A512 .100" is 512 times A and a hundred zeros.
func runs(b []byte) string {
	var out []string
	for i := 0; i < len(b); {
		j := i
		for j < len(b) && b[j] == b[i] {
			j++
		}
		c := string(b[i])
		if b[i] == 0 {
			c = "."
		}
		out = append(out, fmt.Sprintf("%s%d", c, j-i))
		i = j
	}
	return strings.Join(out, "+")
}

// fsView looks at a filesystem through file handles, as a program would.
type fsView struct{ afero.Fs }

func (v fsView) names(dir string) []string {
	f, err := v.Open(dir)
	if err != nil {
		return nil
	}
	infos, err := f.Readdir(-1)
	if errors.Is(err, syscall.ENOTDIR) {
		must(f.Close())
		return nil
	}
	must(err, f.Close())
	names := make([]string, len(infos))
	for i, info := range infos {
		names[i] = info.Name()
		switch {
		case info.IsDir():
			names[i] += "/"
		case info.Mode()&os.ModeSymlink != 0:
			target, err := v.Fs.(afero.LinkReader).ReadlinkIfPossible(path.Join(dir, names[i]))
			must(err)
			names[i] += "->" + target
		}
	}
	slices.Sort(names)
	return names
}

func (v fsView) size(path string) int64 {
	info, err := v.Stat(path)
	if err != nil || info.IsDir() {
		return -1
	}
	return info.Size()
}

func (v fsView) read(path string, off, n int64) string {
	f, err := v.Open(path)
	if err != nil {
		return ""
	}
	b := make([]byte, n)
	got, err := f.ReadAt(b, off)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	if err != nil {
		must(f.Close())
		return ""
	}
	must(f.Close())
	return runs(b[:got])
}

func must(errs ...error) {
	for _, err := range errs {
		if err != nil {
			panic(err)
		}
	}
}

// put writes n bytes of one letter.
func put(t testing.TB, f afero.File, letter byte, off, n int) {
	t.Helper()
	b := []byte(strings.Repeat(string(letter), n))
	_, err := f.WriteAt(b, int64(off))
	require.NoError(t, err)
}

func create(t testing.TB, fs afero.Fs, name string) afero.File {
	t.Helper()
	f, err := fs.Create(name)
	require.NoError(t, err)
	return f
}

func syncPath(t testing.TB, fs afero.Fs, name string) {
	t.Helper()
	f, err := fs.Open(name)
	require.NoError(t, err)
	require.NoError(t, f.Sync())
	require.NoError(t, f.Close())
}

// syncAll makes everything that has a name durable.
func syncAll(t testing.TB, fs afero.Fs) {
	t.Helper()
	require.NoError(t, afero.Walk(fs, "/", func(path string, info os.FileInfo, err error) error {
		require.NoError(t, err)
		if info.Mode()&os.ModeSymlink == 0 { // a symbolic link is durable with its directory
			syncPath(t, fs, path)
		}
		return nil
	}))
}

package gotest

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// makeModule creates a module with one package.
func makeModule(t *testing.T) (root, dir string) {
	t.Helper()
	root = t.TempDir()
	dir = filepath.Join(root, "a [dir]", "kv")
	require.NoError(t, os.MkdirAll(dir, 0o777))
	require.NoError(t, os.WriteFile(filepath.Join(root, "go.mod"), []byte("module example.com/mine\n"), 0o666))
	return root, dir
}

func TestHomeIsAPackageOfItsModule(t *testing.T) {
	t.Parallel()
	root, dir := makeModule(t)
	mine := debug.Module{Path: "example.com/mine"}
	tags := []debug.BuildSetting{{Key: "-tags", Value: "x,y"}}
	for name, c := range map[string]struct {
		dir   string
		build debug.BuildInfo
		want  Home
	}{
		"below the root": {
			dir,
			debug.BuildInfo{Path: "example.com/mine/a [dir]/kv.test", Main: mine, Settings: tags},
			Home{Dir: dir, Root: root, Package: "./a [dir]/kv", Tags: "x,y"},
		},
		"the root":                 {root, debug.BuildInfo{Path: "example.com/mine.test", Main: mine}, Home{Dir: root, Root: root, Package: "."}},
		"without a module":         {"/", debug.BuildInfo{Path: "kv.test"}, Home{Dir: "/", Package: "kv"}},
		"the test of a dependency": {dir, debug.BuildInfo{Path: "example.com/other.test", Main: mine}, Home{Dir: dir, Package: "example.com/other"}},
		"not built by go":          {dir, debug.BuildInfo{}, Home{Dir: dir, Root: root, Package: "./a [dir]/kv"}},
	} {
		assert.Equal(t, c.want, homeOf(c.dir, &c.build), name)
	}
	h := homeOf(dir, &debug.BuildInfo{})
	assert.Equal(t, "a [dir]/kv/.torture/x", h.Shown(".torture/x"))
	assert.Equal(t, "/elsewhere/x", h.Shown("/elsewhere/x"))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "x"), nil, 0o666))
	for _, file := range []string{"x", "a [dir]/kv/x", filepath.Join(dir, "x")} {
		found, ok := h.Find(file)
		assert.True(t, ok)
		assert.Equal(t, filepath.Join(dir, "x"), found)
	}
	_, ok := h.Find("y")
	assert.False(t, ok)
}

// The text of a line reaches the program unchanged, whatever characters it contains.
func TestLinesSurviveAShell(t *testing.T) {
	t.Parallel()
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("needs sh in PATH")
	}
	h := Home{Dir: "/m/a b", Root: "/m", Package: "./a b", Tags: "x"}
	for _, name := range []string{"TestCrash", "TestCrash/it's_$HOME_(\"`\\)*", "TestCrash/[a]/#01"} {
		line := h.CommandWith("/m/a b/.torture/x_test.go", name) + " # " + h.Command("V=1", name)
		assert.NotContains(t, h.Command("", "TestCrash"), `'"`)
		line = strings.NewReplacer("cp ", "printf '%s\\n' cp ", "go test", "printf '%s\\n' go test").Replace(line)
		out, err := exec.CommandContext(t.Context(), sh, "-c", line).Output()
		require.NoError(t, err, line)
		words := strings.Split(strings.TrimSpace(string(out)), "\n")
		require.Equal(t, []string{"cp", "a b/.torture/x_test.go", "a b", "go", "test", "-tags", "x", "-run", Pattern(name), "./a b"}, words[:10])
		for i, part := range strings.Split(name, "/") {
			assert.Regexp(t, strings.Split(Pattern(name), "/")[i], part)
		}
	}
	assert.Equal(t, `^TestA$/^b\(c\)\+$`, Pattern("TestA/b(c)+"))
	assert.Equal(t, "TestCrash_a_b_c_01", Word("TestCrash/a/(b)_c#01"))
	assert.NotRegexp(t, Pattern("TestA"), "TestAB")
}

func TestATestBelongsToThePackageThatDeclaresIt(t *testing.T) {
	t.Parallel()
	_, dir := makeModule(t)
	for name, text := range map[string]string{
		"a_test.go": "package kv\nfunc TestInside(t int) {}\ntype x int\nfunc (x) TestMethod() {}\n",
		"b_test.go": "package kv_test\nfunc TestOutside(t int) {}\n",
		"c_test.go": "package kv\nfunc TestBroken(",
		"d.go":      "package kv\nfunc TestNoTest(t int) {}\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666))
	}
	for function, want := range map[string]string{"TestInside": "kv", "TestOutside": "kv_test", "TestMethod": "", "TestNoTest": "", "TestX": ""} {
		name, ok := Declares(dir, function)
		assert.Equal(t, want, name)
		assert.Equal(t, want != "", ok, function)
	}
}

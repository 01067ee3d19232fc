package home

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestHomeIsFoundWhereverTheCommandRuns(t *testing.T) {
	root := t.TempDir()
	for name, text := range map[string]string{
		"mine/go.mod": "module example.com/mine\n", "mine/cmd/my torture/main.go": "", "mine/kv/kv.go": "", "mine/inner/go.mod": "module example.com/inner\n",
		"mine/main.go": "",
	} {
		require.NoError(t, os.MkdirAll(filepath.Join(root, filepath.Dir(name)), 0o777))
		require.NoError(t, os.WriteFile(filepath.Join(root, name), []byte(text), 0o666))
	}
	abs := func(name string) string { return filepath.Join(root, name) }
	file := abs("mine/cmd/my torture/main.go")
	for name, c := range map[string]struct {
		file, cwd string
		want      Home
	}{
		"in the root of the module":     {file, "mine", Home{"./cmd/my torture", true}},
		"in the package":                {file, "mine/cmd/my torture", Home{".", true}},
		"in a sibling of it":            {file, "mine/kv", Home{"../cmd/my torture", true}},
		"above the module":              {file, ".", Home{abs("mine/cmd/my torture"), false}},
		"in another module":             {file, "mine/inner", Home{abs("mine/cmd/my torture"), false}},
		"the main package is the root":  {abs("mine/main.go"), "mine/kv", Home{"..", true}},
		"the source is gone":            {abs("mine/cmd/gone/main.go"), "mine", Home{}},
		"main is not on the stack":      {"", "mine", Home{}},
		"built with -trimpath":          {"example.com/mine/cmd/my torture/main.go", "mine/kv", Home{"../cmd/my torture", true}},
		"with -trimpath, run elsewhere": {"example.com/mine/cmd/my torture/main.go", "mine/inner", Home{}},
	} {
		assert.Equal(t, c.want, homeOf(c.file, abs(c.cwd), "example.com/mine"), name)
	}
	assert.Equal(t, "cp a/x_test.go './cmd/my torture' && go test -run '^TestX$' './cmd/my torture'", Home{"./cmd/my torture", true}.Line("a/x_test.go", "TestX"))
	assert.Equal(t, "cp a/x_test.go /m && go -C /m test -run '^TestX$' .", Home{"/m", false}.Line("a/x_test.go", "TestX"))
	assert.Empty(t, Home{}.Line("a/x_test.go", "TestX"))
	assert.Empty(t, fileOfMain())
}

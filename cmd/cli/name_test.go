package cli

import (
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/torture"
)

func TestTheNameOfABinaryCanBePasted(t *testing.T) {
	mine := &debug.BuildInfo{Path: "example.com/mine/cmd/torture"}
	for _, row := range []struct {
		name      string
		app, arg0 string
		installed bool
		build     *debug.BuildInfo
		want      binary
		goTest    string // under go test
	}{
		{
			name: "the App has a name", app: "lightning-torture", arg0: "/tmp/go-build1/b001/exe/lightning-torture", build: mine,
			want: binary{short: "lightning-torture", command: "lightning-torture"}, goTest: "lightning-torture",
		},
		{
			name: "it is in PATH", arg0: "/root/go/bin/torture", installed: true, build: mine,
			want: binary{short: "torture", command: "torture"}, goTest: "torture",
		},
		{
			name: "go run built it", arg0: "/tmp/go-build1/b001/exe/torture", build: mine,
			want:   binary{short: "torture", command: "go run example.com/mine/cmd/torture"},
			goTest: "/tmp/go-build1/b001/exe/torture",
		},
		{
			name: "its path ends with a major version", arg0: "./x", build: &debug.BuildInfo{Path: "example.com/torture/v2"},
			want: binary{short: "torture", command: "go run example.com/torture/v2"}, goTest: "./x",
		},
		{
			name: "go run built it from files", arg0: "/tmp/go-build1/b001/exe/main",
			build: &debug.BuildInfo{Path: "command-line-arguments"},
			want:  binary{short: "main", command: "go run ."}, goTest: "/tmp/go-build1/b001/exe/main",
		},
		{
			name: "another tool than the go command built it", arg0: "bazel-bin/torture",
			want: binary{short: "torture", command: "bazel-bin/torture"}, goTest: "bazel-bin/torture",
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := nameOf(row.app, row.arg0, row.installed, row.build)
			row.want.arg0 = row.arg0
			require.Equal(t, row.want, got)
			require.Equal(t, row.goTest, got.underGoTest())
		})
	}
}

func TestExamplesCallTheBinary(t *testing.T) {
	const example = "  GOOS=wasip1 go test -exec 'lightning-torture wasmexec --sweep 3' ./...\n  lightning-torture run"
	b := binary{short: "torture", command: "go run example.com/mine"}
	require.Equal(t, "  GOOS=wasip1 go test -exec 'torture wasmexec --sweep 3' ./...\n  go run example.com/mine run", b.inExample(example))
	own := binary{short: labName, command: labName}
	require.Equal(t, example, own.inExample(example))
}

func TestAnInvalidAppSaysWhy(t *testing.T) {
	for _, c := range []struct {
		name    string
		targets []string
		want    string
	}{
		{"it has no targets", nil, "cli.App has no targets"},
		{"a target has no name", []string{"lightning", ""}, "cli.App has a target without a name"},
		{"two targets have the same name", []string{"mine", "yours", "mine"}, `cli.App has two targets named "mine"`},
		{
			"two names have the same hash",
			[]string{"store-227", "lightning", "store-505"},
			`cli.App has targets "store-227" and "store-505", whose names replay tokens cannot tell apart; rename one`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorkbench(t, nil, nil)
			w.app = App{}
			for _, name := range c.targets {
				w.app.Targets = append(w.app.Targets, torture.Target{Name: name})
			}
			require.Equal(t, 2, w.exec([]string{"list"}))
			require.Equal(t, "lightning-torture: "+c.want+"\n", w.err.String())
		})
	}
}

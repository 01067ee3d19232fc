package schedule_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/schedule"
)

func TestCommandRunsASeedAgain(t *testing.T) {
	root := t.TempDir()
	dir := filepath.Join(root, "bank", "vault")
	require.NoError(t, os.MkdirAll(dir, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(root, "go.mod"), nil, 0o600))
	for _, row := range []struct {
		name, want string
		job        schedule.Job
	}{
		{
			"a program", "lightning-torture wasmexec --seed 17 a.wasm -v 'two words'",
			schedule.Job{Args: []string{"a.wasm", "-v", "two words"}},
		},
		{
			"a package of tests",
			"GOOS=wasip1 GOARCH=wasm go test -run=TestA -v=true -exec 'lightning-torture wasmexec --seed 17' ./bank/vault",
			schedule.Job{Dir: dir, Args: []string{
				"/tmp/b001/vault.test", "-test.testlogfile=/tmp/b001/testlog.txt", "-test.paniconexit0",
				"-test.timeout=10m0s", "-test.run=TestA", "-test.v=true",
			}},
		},
		{
			"the package at the root, with variables and flags of its own",
			"GOOS=wasip1 GOARCH=wasm go test -exec 'lightning-torture wasmexec --seed 17 --env A=b' . -args -rounds=3",
			schedule.Job{Dir: root, Env: []string{"A=b"}, Args: []string{"x.test", "-test.paniconexit0", "-rounds=3"}},
		},
		{
			"a package built with yields",
			"GOOS=wasip1 GOARCH=wasm lightning-torture yields ./bank/... -- go test -exec 'lightning-torture wasmexec --seed 17' ./bank/vault",
			schedule.Job{Dir: dir, Yields: "./bank/...", Args: []string{"x.test", "-test.paniconexit0"}},
		},
		{
			"a program that another binary runs", "go run example.com/mine wasmexec --seed 17 a.wasm",
			schedule.Job{Args: []string{"a.wasm"}, Runner: "go run example.com/mine"},
		},
	} {
		require.Equal(t, row.want, schedule.Command(17, row.job), row.name)
	}
}

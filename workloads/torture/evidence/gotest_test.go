package evidence

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/explain"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/stack"
)

// The test written for a finding compiles and runs, and fails on the engine in which the failure was found.
func TestAFindingsGoTestFailsOnTheEngineOfTheFinding(t *testing.T) {
	t.Parallel()
	script := workloads.Transfers(1, 1, 3) // one client, because the test would repeat a run of several clients many times
	p := &plan.Plan{Spec: plan.Spec{Workload: "bank", Fault: "power", Profile: "posix-min"}, Script: script}
	target := toy.Target(toy.Correct)
	target.Go = contract.GoExpr{Import: stack.ModulePath + "workloads/targets/lightning", Expr: "lightning.Target()"}
	f := &Finding{ID: "0123456789", Sentence: "A sentence\nof two lines", Explanation: &explain.Explanation{Sentence: "because"}}
	file, err := SaveGoTest(filepath.Join(t.TempDir(), "f"+Ext), target, nil, p, f)
	require.NoError(t, err)
	source, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Contains(t, string(source), "Kind: history.Txn")
	goTool, err := exec.LookPath("go")
	if err != nil {
		t.Skip("needs the go command in PATH, to compile the test")
	}
	out, err := exec.CommandContext(t.Context(), goTool, "test", file).CombinedOutput()
	require.NoError(t, err, "a healthy engine passes: %s", out)
}

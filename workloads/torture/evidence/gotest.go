package evidence

import (
	"fmt"
	"go/format"
	"io"
	"path"
	"reflect"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads/hostdisk"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/stack"
)

// goTest returns a finding as the source of a Go test that stands on its own: the operations of its run, written out.
// The test fails until the engine keeps its promises. A target that sets no Target.Go has no such test.
func goTest(target contract.Target, p *plan.Plan, f *Finding) ([]byte, error) {
	c := Case{
		Script: p.Script, Fault: p.Spec.Fault, Rules: p.RuleTexts(), Late: p.AfterLoading, Profile: p.Spec.Profile, Device: p.Spec.Device,
		Limits: p.Spec.Limits,
	}
	if p.Sequel != nil {
		c.Sequel = *p.Sequel
	}
	body := strings.TrimPrefix(literal(reflect.ValueOf(c)), typeName(reflect.TypeFor[Case]()))
	var b strings.Builder
	fmt.Fprintf(&b, "package finding_test\n\nimport (\n\t\"testing\"\n\n")
	for _, imported := range []string{"workloads", "workloads/appendlog", "workloads/history", "workloads/torture"} {
		if imported == "workloads/torture" || strings.Contains(body, path.Base(imported)+".") {
			fmt.Fprintf(&b, "\t%q\n", stack.ModulePath+imported)
		}
	}
	fmt.Fprintf(&b, "\t%q\n)\n\n// %s\n", target.Go.Import, oneLine(f.Sentence))
	if f.Explanation != nil {
		fmt.Fprintf(&b, "//\n// Why: %s.\n", oneLine(f.Explanation.Sentence))
	}
	fmt.Fprintf(&b, "func TestFinding%s(t *testing.T) {\n\ttorture.Reproduce(t, %s, torture.Case%s)\n}\n", f.ID, target.Go.Expr, body)
	return format.Source([]byte(b.String()))
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// SaveGoTest writes the test of a finding beside its evidence and returns the file; "" if the target has none.
func SaveGoTest(file string, target contract.Target, p *plan.Plan, f *Finding) (string, error) {
	if target.Go.Expr == "" {
		return "", nil
	}
	source, err := goTest(target, p, f)
	if err != nil {
		return "", fmt.Errorf("torture: the test of a finding is no Go: %w", err)
	}
	file = strings.TrimSuffix(file, Ext) + "_test.go"
	err = hostdisk.WriteFile(file, 0o666, func(w io.Writer) error {
		_, err := w.Write(source)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("%w: saving a finding: %w", ErrHost, err)
	}
	return file, nil
}

package evidence

import (
	"cmp"
	"fmt"
	"go/format"
	"io"
	"path"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads/hostdisk"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/gotest"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/stack"
)

// Caller is the Go test that made a finding. The test written for the finding calls it again, to get the target.
type Caller struct {
	Package string // the name of its package, as in its package clause
	Test    string // the name of the test function
	Subtest string // the rest of the test's name; empty: the function itself called Run
	Call    int    // how many calls of Run the test made before
}

// goTest returns the source of a self-contained Go test of a finding, with the operations of its run written out. The
// test fails until the engine keeps its promises.
func goTest(target contract.Target, caller *Caller, p *plan.Plan, f *Finding) ([]byte, error) {
	c := Case{
		Script: p.Script, Fault: p.Spec.Fault, Rules: p.RuleTexts(), Late: p.AfterLoading, Profile: p.Spec.Profile, Device: p.Spec.Device,
		Limits: p.Spec.Limits,
	}
	if p.Sequel != nil {
		c.Sequel = *p.Sequel
	}
	body := strings.TrimPrefix(literal(reflect.ValueOf(c)), typeName(reflect.TypeFor[Case]()))
	var b strings.Builder
	home := cmp.Or(target.Go.Package, "finding_test")
	if caller != nil {
		home = caller.Package
	}
	fmt.Fprintf(&b, "package %s\n\n", home)
	b.WriteString("import (\n\t\"testing\"\n\n")
	for _, imported := range []string{"workloads", "workloads/appendlog", "workloads/history", "workloads/torture"} {
		if imported == "workloads/torture" || strings.Contains(body, path.Base(imported)+".") {
			fmt.Fprintf(&b, "\t%q\n", stack.ModulePath+imported)
		}
	}
	if caller == nil {
		fmt.Fprintf(&b, "\t%q\n", target.Go.Import)
	}
	fmt.Fprintf(&b, ")\n\n// %s\n", oneLine(f.Sentence))
	if f.Explanation != nil {
		fmt.Fprintf(&b, "//\n// Why: %s.\n", oneLine(f.Explanation.Sentence))
	}
	fmt.Fprintf(&b, "func %s(t *testing.T) {\n\t", TestName(caller, f))
	if caller != nil {
		fmt.Fprintf(&b, "torture.ReproduceWithin(t, torture.Within%s, torture.Case%s)\n}\n", caller.literal(), body)
	} else {
		fmt.Fprintf(&b, "torture.Reproduce(t, %s, torture.Case%s)\n}\n", target.Go.Expr, body)
	}
	return format.Source([]byte(b.String()))
}

// TestName returns the name of the Go test of a finding. It includes the caller, because several tests of a package
// may make the same finding.
func TestName(caller *Caller, f *Finding) string {
	if caller == nil {
		return "TestFinding" + f.ID
	}
	return "TestFinding_" + caller.word() + "_" + f.ID
}

// word returns the name of the test that made the finding, in a form that fits into identifiers.
func (c *Caller) word() string { return gotest.Word(strings.TrimPrefix(c.Test+"/"+c.Subtest, "Test")) }

// literal returns the fields of a torture.Within for the caller.
func (c *Caller) literal() string {
	text := "{Test: " + c.Test
	if c.Subtest != "" {
		text += fmt.Sprintf(", Subtest: %q", c.Subtest)
	}
	if c.Call != 0 {
		text += fmt.Sprintf(", Call: %d", c.Call)
	}
	return text + "}"
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// SaveGoTest writes the Go test of a finding next to its evidence and returns the path. The test gets its target from
// the test that made the finding, or, if caller is nil, from Target.Go. If it has neither, SaveGoTest writes nothing
// and returns "".
func SaveGoTest(file string, target contract.Target, caller *Caller, p *plan.Plan, f *Finding) (string, error) {
	if caller == nil && target.Go.Expr == "" {
		return "", nil
	}
	source, err := goTest(target, caller, p, f)
	if err != nil {
		return "", fmt.Errorf("torture: the generated test of a finding is not valid Go: %w", err)
	}
	file = strings.TrimSuffix(file, Ext) + "_test.go"
	if caller != nil {
		file = filepath.Join(filepath.Dir(file), "finding_"+caller.word()+"_"+filepath.Base(file)) // to be copied next to the files of a package
	} else if target.Go.Package != "" {
		file = filepath.Join(filepath.Dir(file), "finding_"+filepath.Base(file))
	}
	err = hostdisk.WriteFile(file, 0o666, func(w io.Writer) error {
		_, err := w.Write(source)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("%w: saving a finding: %w", ErrHost, err)
	}
	return file, nil
}

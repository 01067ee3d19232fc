package mutants

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"go/ast"
	goparser "go/parser"
	"go/token"
	"math"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Replays is how often the token of each kill is replayed. The lab makes fewer attempts if each has to wait for a call that does not
// return.
const Replays = 20

// replayGrace is how long these replays may take.
const replayGrace = 5 * time.Minute

// Proof says how useful the finding of a kill is to a reader.
type Proof struct {
	Why     string `json:"why,omitempty"` // a sentence that says which order is missing
	OneEdge bool   `json:"one_edge"`      // at most one order is missing; none if a crash alone suffices
	Named   bool   `json:"named"`         // the changed function calls a place that the explanation names
	// Changed are the functions that the mutant changes. Roles are the roles in the explanation ("missing", "by", "step")
	// of the operations that one of these functions performed.
	Changed []string `json:"changed,omitempty"`
	Roles   []string `json:"roles,omitempty"`

	Shrunk     bool `json:"shrunk"`               // a smaller run fails in the same way
	Operations int  `json:"operations,omitempty"` // of the smaller run, without those that the lab performs on every recovered store
	Replayed   int  `json:"replayed"`             // number of replays that showed the failure
	Attempts   int  `json:"attempts"`             // number of replays: Replays, or fewer if each waits for a call that does not return
}

// prove examines a finding of the lab with a mutant in it. The evidence is in dir.
func (l *Lab) prove(ctx context.Context, binary, dir string, m *Mutant, f *finding) (*Proof, error) {
	if f.Token == "" {
		return nil, nil //nolint:nilnil // nothing to prove
	}
	p := &Proof{}
	if e := f.Explanation; e != nil {
		p.Why, p.OneEdge = e.Sentence, e.Edges <= 1
		changed, err := m.functions(l.Root)
		if err != nil {
			return nil, err
		}
		p.Changed, p.Roles = changed, e.rolesOf(changed)
		p.Named = len(p.Roles) > 0
	}
	if f.Shrunk != nil {
		p.Shrunk, p.Operations = true, f.Shrunk.Operations
	}
	var err error
	p.Replayed, p.Attempts, err = replay(ctx, binary, dir, f.Token)
	return p, err
}

// replay replays a token and returns how often that showed the failure, and how often it was tried. It relies on the JSON result,
// whatever the exit code.
func replay(ctx context.Context, binary, dir, token string) (hits, attempts int, err error) {
	ctx, cancel := context.WithTimeout(ctx, replayGrace)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary, "replay", "--attempts", strconv.Itoa(Replays), "--format", "json", "--dir", dir, token)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	failed := cmd.Run() // matters only if there is no answer
	var answer struct {
		Attempts int    `json:"attempts"`
		Hits     int    `json:"hits"`
		Enough   string `json:"enough"`
	}
	err = json.Unmarshal(stdout.Bytes(), &answer)
	if whole := answer.Attempts == Replays || answer.Attempts > 0 && answer.Enough != ""; err != nil || !whole {
		return 0, 0, fmt.Errorf("%w: replay %s: %s", ErrLab, token, tail(fmt.Appendln(stderr.Bytes(), failed)))
	}
	return answer.Hits, answer.Attempts, nil
}

// explanation is the lab's explanation of a finding.
type explanation struct {
	Sentence string  `json:"sentence"`
	Edges    int     `json:"edges"`
	Missing  *site   `json:"missing"`
	By       *site   `json:"by"`
	Beside   *site   `json:"beside"`
	Before   *site   `json:"before"`
	Culprit  *site   `json:"culprit"`
	Late     *site   `json:"late"`
	Steps    []*site `json:"steps"`
}

// rolesOf returns the parts that operations of some functions play in the explanation.
func (e *explanation) rolesOf(functions []string) (roles []string) {
	add := func(role string, sites ...*site) {
		if slices.ContainsFunc(sites, func(s *site) bool { return s.calledBy(functions) }) {
			roles = append(roles, role)
		}
	}
	add("missing", e.Missing)
	add("by", e.By)
	add("beside", e.Beside)
	add("before", e.Before)
	add("culprit", e.Culprit)
	add("late", e.Late)
	add("step", e.Steps...)
	return roles
}

// site is an operation and its callers, such as "wal/writer.go:212 wal.(*Writer).Append".
type site struct {
	Stack []string `json:"stack"`
}

func (s *site) calledBy(functions []string) bool {
	return s != nil && slices.ContainsFunc(s.Stack, func(frame string) bool {
		_, caller, _ := strings.Cut(frame, " ")
		return slices.ContainsFunc(functions, func(f string) bool { return caller == f || strings.HasPrefix(caller, f+".func") })
	})
}

// functions returns the functions that the mutant changes, named as in stack traces: "wal.(*Writer).Append".
func (m *Mutant) functions(root string) ([]string, error) {
	var names []string
	for _, e := range m.Edits {
		name := filepath.Join(root, filepath.FromSlash(e.File))
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("mutants: %w", err)
		}
		files := token.NewFileSet()
		file, err := goparser.ParseFile(files, name, text, goparser.SkipObjectResolution)
		if err != nil {
			return nil, fmt.Errorf("mutants: %w", err)
		}
		begin := strings.Index("\n"+string(text), "\n"+e.Old)
		for _, d := range file.Decls {
			f, is := d.(*ast.FuncDecl)
			if is && files.Position(f.Pos()).Offset < begin+len(e.Old) && files.Position(f.End()).Offset > begin {
				names = append(names, path.Base(path.Dir(e.File))+"."+methodName(f))
			}
		}
	}
	return names, nil
}

// methodName returns a function's name with its receiver: "(*Writer).Append".
func methodName(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return f.Name.Name
	}
	switch t := f.Recv.List[0].Type.(type) {
	case *ast.StarExpr:
		if name, ok := t.X.(*ast.Ident); ok {
			return "(*" + name.Name + ")." + f.Name.Name
		}
	case *ast.Ident:
		return t.Name + "." + f.Name.Name
	}
	return f.Name.Name
}

// Proofs summarizes the proofs of all kills.
type Proofs struct {
	Durability       int `json:"durability"`        // killed mutants of the class durability
	Explained        int `json:"explained"`         // those of them that at most one missing order explains
	Named            int `json:"named"`             // of Explained, those whose changed function calls a place named in the explanation
	MedianOperations int `json:"median_operations"` // median over all kills, after shrinking; -1: most could not be shrunk
	Replayed         int `json:"replayed"`          // kills for which every replay showed the failure
	Fewer            int `json:"fewer"`             // of Replayed, those with fewer replays than Replays
	Proved           int `json:"proved"`            // kills with a proof
}

func newProofs(outcomes []Outcome) *Proofs {
	var p Proofs
	var operations []float64
	for _, o := range outcomes {
		if o.Proof == nil {
			continue
		}
		p.Proved++
		if o.MutantClass == "durability" {
			p.Durability++
			if o.Proof.OneEdge {
				p.Explained++
			}
			if o.Proof.OneEdge && o.Proof.Named {
				p.Named++
			}
		}
		if o.Proof.Attempts > 0 && o.Proof.Replayed == o.Proof.Attempts {
			p.Replayed++
			if o.Proof.Attempts < Replays {
				p.Fewer++
			}
		}
		n := float64(o.Proof.Operations)
		if !o.Proof.Shrunk {
			n = math.Inf(1)
		}
		operations = append(operations, n)
	}
	if p.Proved == 0 {
		return nil
	}
	if p.MedianOperations = -1; !math.IsInf(median(operations), 1) {
		p.MedianOperations = int(math.Ceil(median(operations)))
	}
	return &p
}

func (p *Proofs) sentence() string {
	sentence := fmt.Sprintf("%d of %d tokens replayed %d of %d times", p.Replayed, p.Proved, Replays, Replays)
	if p.Fewer > 0 {
		sentence = fmt.Sprintf("%d of %d tokens replayed each time, %d times or, in %d of these cases, fewer times because a call does not return",
			p.Replayed, p.Proved, Replays, p.Fewer)
	}
	if p.MedianOperations >= 0 {
		sentence = fmt.Sprintf("%d operations in the median run after shrinking; %s", p.MedianOperations, sentence)
	}
	if p.Durability > 0 {
		sentence = fmt.Sprintf("%d of %d durability mutants explained by one missing order, %d of them with the changed "+
			"function on a stack; %s", p.Explained, p.Durability, p.Named, sentence)
	}
	return sentence
}

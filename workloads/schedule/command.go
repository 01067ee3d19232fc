package schedule

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Command returns a shell command that runs a job again from a seed. For a test started by go test, that is a call of
// go test from the root of its module, with all flags that the test got, because a different selection of tests would
// have a different schedule. Build flags, such as -tags, are not known here.
func Command(seed uint64, job Job) string {
	command := []string{cmp.Or(job.Runner, "lightning-torture") + " wasmexec --seed", decimal(seed)}
	for _, v := range job.Env {
		command = append(command, "--env", quoted(v))
	}
	exec := strings.Join(command, " ")
	if !slices.Contains(job.Args, "-test.paniconexit0") { // go test always adds it
		words := []string{exec}
		for _, arg := range job.Args {
			words = append(words, quoted(arg))
		}
		return strings.Join(words, " ")
	}
	words := []string{"GOOS=wasip1 GOARCH=wasm"}
	if job.Yields != "" {
		words = append(words, cmp.Or(job.Runner, "lightning-torture"), "yields", job.Yields, "--")
	}
	words = append(words, "go test")
	var own []string // flags that the test defines itself
	for _, arg := range arguments(job.Args[1:]) {
		switch flag, ok := strings.CutPrefix(arg, "-test."); {
		case !ok:
			own = append(own, quoted(arg))
		case flag == "paniconexit0", flag == "timeout=10m0s", outputOfTest(arg) != "": // defaults
		default:
			words = append(words, quoted("-"+flag))
		}
	}
	words = append(words, "-exec", quoted(exec), FromRoot(job.Dir))
	if len(own) > 0 {
		words = append(append(words, "-args"), own...)
	}
	return strings.Join(words, " ")
}

// FromRoot returns the path of a package, or a pattern of packages, relative to the root of its module.
func FromRoot(dir string) string {
	for root := dir; ; root = filepath.Dir(root) {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			if rel, err := filepath.Rel(root, dir); err == nil && rel != "." {
				return quoted("./" + filepath.ToSlash(rel))
			}
			return "."
		}
		if root == filepath.Dir(root) {
			return "."
		}
	}
}

// quoted returns a word quoted for the shell if necessary.
func quoted(word string) string {
	plain := strings.Trim(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=:,@%+") == ""
	if word != "" && plain {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
